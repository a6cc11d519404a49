use super::*;

fn marked(segments: &[Segment]) -> String {
    let shown = |segment: &Segment| match segment.kind {
        Kind::Same | Kind::LeftOut => segment.in_line(),
        Kind::Differs => format!("<{}>", segment.in_line()),
    };
    segments.iter().map(shown).collect()
}

fn shown(theirs: &[u8], right: &[u8]) -> (String, String) {
    let pairs = pairs(theirs, right, 67, 9).shown;
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    (marked(&pairs[0].theirs), marked(&pairs[0].right))
}

fn width(segments: &[Segment]) -> usize {
    segments.iter().map(|segment| segment.in_line().chars().count()).sum()
}

#[test]
fn differences_are_marked_and_escapes_stay_whole() {
    for (theirs, right, expected) in [
        ("/a%2520b", "/a%20b", ("/a<%2520>b", "/a<%20>b")),
        ("/a%2520b%2520c", "/a%20b%20c", ("/a<%2520>b<%2520>c", "/a<%20>b<%20>c")),
        ("/a%2Fb", "/a%2fb", ("/a<%2F>b", "/a<%2f>b")),
        ("/a+b", "/a%20b", ("/a<+>b", "/a<%20>b")),
        ("", "x", ("", "<x>")),
        ("x", "", ("<x>", "")),
        ("same", "same", ("same", "same")),
        ("/a", "/a/", ("/a", "/a</>")),
        ("xa", "a", ("<x>a", "a")),
        ("ax", "a", ("a<x>", "a")),
        ("aa", "aaa", ("aa", "aa<a>")),
        ("100%", "100%25", ("100<%>", "100<%25>")),
        ("host:h:443\n", "host:h\n", ("host:h<:443>\\n", "host:h\\n")),
        ("b=2&a=1", "a=1&b=2", ("<b=2&>a=1", "a=1<&b=2>")),
        ("a=1&b=2&c=3", "a=9&b=2&c=8", ("a=<1>&b=2&c=<3>", "a=<9>&b=2&c=<8>")),
        ("a;c", "a;b;c", ("a;c", "a;<b;>c")),
    ] {
        let (a, b) = shown(theirs.as_bytes(), right.as_bytes());
        assert_eq!((a.as_str(), b.as_str()), expected, "{theirs} {right}");
    }
}

#[test]
fn each_byte_can_be_identified_in_the_output() {
    let (text, other) = shown(b" a b  c\t\r\n", b" a b  c\t\r\n");
    assert_eq!((text.as_str(), text == other), ("␣a b␣␣c\\t\\r\\n", true));
    assert_eq!(shown(b"a b", b"ab"), ("a<␣>b".to_owned(), "ab".to_owned()));
    assert_eq!(shown(b"x: a", b"x: a").0, "x:␣a");
    assert_eq!(
        shown("é\u{a0}\\\x1b\0".as_bytes(), "é\u{a0}\\\x1b\0".as_bytes()).0,
        "\\xC3\\xA9\\xC2\\xA0\\\\\\x1B\\x00"
    );
    // NFC next to NFD.
    let (nfc, nfd) = shown("/é".as_bytes(), "/e\u{301}".as_bytes());
    assert_eq!((nfc.as_str(), nfd.as_str()), ("/<\\xC3\\xA9>", "/<e\\xCC\\x81>"));
}

#[test]
fn a_long_text_is_shown_around_each_difference_and_never_wider() {
    let long = "0123456789".repeat(1000);
    let texts = [
        (format!("{long}X{long}"), format!("{long}Y{long}")),
        (format!("X{long}"), long.clone()),
        (format!("{long}X"), long.clone()),
        (long.clone(), String::new()),
        (long.clone(), "é".repeat(5000)),
        (format!("a=1&b={long}&c=2"), format!("a=3&b={long}&c=4")),
        (format!("\u{1}{long}"), format!("{}{long}", "\u{2}".repeat(40))),
        (format!("{}X", "é".repeat(5000)), format!("{}Y", "é".repeat(5000))),
    ];
    for (a, b) in &texts {
        for width_of_line in [12, 67] {
            let pairs = pairs(a.as_bytes(), b.as_bytes(), width_of_line, 9).shown;
            for pair in &pairs {
                assert!(width(&pair.theirs) <= width_of_line && width(&pair.right) <= width_of_line, "{pair:?}");
                let has_mark = |segments: &[Segment]| segments.iter().any(|segment| segment.kind == Kind::Differs);
                assert!(width_of_line < 20 || has_mark(&pair.theirs) || has_mark(&pair.right), "{pair:?}");
            }
        }
    }
    let pair = &pairs(texts[0].0.as_bytes(), texts[0].1.as_bytes(), 50, 9).shown[0];
    assert_eq!(marked(&pair.theirs), "…01234567890123456789<X>012345678901234567890123456…");
    let two = |most| pairs(texts[5].0.as_bytes(), texts[5].1.as_bytes(), 67, most);
    assert_eq!([(two(9).shown.len(), two(9).left_out), (two(1).shown.len(), two(1).left_out)], [(2, 0), (1, 1)]);
}

#[test]
fn a_text_with_many_pieces_is_compared_quickly() {
    let (a, b) = ("a;".repeat(50_000), "b;".repeat(50_000));
    assert_eq!(hunks(a.as_bytes(), b.as_bytes()).len(), 1);
}

/// For any texts, the unmarked parts are the same in both, and all marks are inside the texts, in order.
#[test]
fn without_the_marks_both_texts_are_the_same() {
    let texts: Vec<String> = (0_u32..400).map(random_text).collect();
    for (a, b) in texts.iter().zip(texts.iter().skip(1)) {
        let hunks = hunks(a.as_bytes(), b.as_bytes());
        let (marks_a, marks_b): (Vec<_>, Vec<_>) = hunks.into_iter().unzip();
        assert_eq!(unmarked(a, &marks_a), unmarked(b, &marks_b), "{a:?} {b:?}");
    }
}

fn random_text(seed: u32) -> String {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(7);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as usize
    };
    let length = next() % 14;
    (0..length).map(|_| ["a", "b", "%20", "%25", "2", "0", "/", "&", "%"][next() % 9]).collect()
}

fn unmarked(text: &str, marks: &[Range<usize>]) -> String {
    let mut kept = String::new();
    let mut from = 0;
    for mark in marks {
        kept.push_str(&text[from..mark.start]);
        from = mark.end;
    }
    kept + &text[from..]
}
