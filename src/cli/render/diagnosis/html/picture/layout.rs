//! The layout of the picture's boxes: side by side on a wide page, one above the other on a phone.

/// A rectangle in the picture's units of about a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// The geometry of a picture.
pub(super) struct Layout {
    /// `wide` or `tall`: the CSS class that the page shows or hides.
    pub(super) name: &'static str,
    pub(super) width: i32,
    pub(super) height: i32,
    /// The left ends of the captions of the two strands.
    pub(super) captions: [(i32, i32); 2],
    pub(super) links: [Area; 5],
    pub(super) canonical_request: Area,
    pub(super) string_to_sign: Area,
    pub(super) signature: Area,
    /// The number of characters of a value that fit next to its label; 0 if there is no space for values.
    pub(super) value: usize,
}

/// The height of a box's title, of each row, and of the space below them.
pub(super) const TITLE: i32 = 38;
pub(super) const ROW: i32 = 24;
pub(super) const FOOT: i32 = 8;

impl Area {
    const fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self { x, y, width, height }
    }

    pub(super) const fn right(self) -> i32 {
        self.x + self.width
    }

    pub(super) const fn bottom(self) -> i32 {
        self.y + self.height
    }

    pub(super) const fn middle_x(self) -> i32 {
        self.x + self.width / 2
    }

    pub(super) const fn middle_y(self) -> i32 {
        self.y + self.height / 2
    }
}

/// The height of a box with that many rows.
const fn of_rows(rows: i32) -> i32 {
    TITLE + rows * ROW + FOOT
}

impl Layout {
    /// Five columns, with the message below the keys.
    pub(super) fn wide() -> Self {
        const COLUMN: i32 = 152;
        const GAP: i32 = 55;
        const STEP: i32 = COLUMN + GAP;
        const TOP: i32 = 168;
        const MIDDLE: i32 = TOP + of_rows(6) / 2;

        Self {
            name: "wide",
            width: 5 * COLUMN + 4 * GAP,
            height: TOP + of_rows(6) + 2,
            captions: [(1, 14), (1, TOP - 14)],
            links: [0, 1, 2, 3, 4].map(|at| Area::new(at * STEP, 28, COLUMN, 62)),
            canonical_request: Area::new(0, TOP, COLUMN + STEP, of_rows(6)),
            string_to_sign: Area::new(2 * STEP, MIDDLE - of_rows(4) / 2, COLUMN + STEP, of_rows(4)),
            signature: Area::new(4 * STEP, MIDDLE - of_rows(4) / 2, COLUMN, of_rows(4)),
            value: 28,
        }
    }

    /// Two columns: the message on the left, the keys on the right, the signature below both.
    pub(super) fn tall() -> Self {
        const COLUMN: i32 = 160;
        const TOP: i32 = 28;
        const GAP: i32 = 46;
        const RIGHT: i32 = 180;
        const BOTTOM: i32 = TOP + of_rows(6) + GAP + of_rows(4);
        const LINK: i32 = 54;
        const STEP: i32 = (BOTTOM - TOP - LINK) / 4;

        Self {
            name: "tall",
            width: RIGHT + COLUMN,
            height: BOTTOM + GAP + of_rows(2) + 2,
            captions: [(RIGHT + 1, 14), (1, 14)],
            links: [0, 1, 2, 3, 4].map(|at| Area::new(RIGHT, TOP + at * STEP, COLUMN, LINK)),
            canonical_request: Area::new(0, TOP, COLUMN, of_rows(6)),
            string_to_sign: Area::new(0, TOP + of_rows(6) + GAP, COLUMN, of_rows(4)),
            signature: Area::new(0, BOTTOM + GAP, RIGHT + COLUMN, of_rows(2)),
            value: 0,
        }
    }
}
