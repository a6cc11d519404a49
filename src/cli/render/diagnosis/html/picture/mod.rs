//! A drawing of the way from secret and request to the signature, with the place of each mistake and the steps that
//! it affects.

mod layout;

use super::markup::Markup;
use super::places::{Connector, HASH, Place, Trail};
use crate::cli::render::diagnosis::Shown;
use crate::cli::render::diagnosis::words::elided;
use layout::{Area, Layout, ROW, TITLE};
use sigvet_core::canonical::Field;
use sigvet_core::derivation::Terms;
use sigvet_core::scheme::Scheme;
use sigvet_diagnose::JudgedV4;

/// The text in the picture.
struct Words {
    links: [(&'static str, String); 5],
    canonical_request: [(Place, &'static str, String); 6],
    string_to_sign: [(Place, &'static str, String); 4],
    signature: [(&'static str, String); 2],
    description: String,
}

/// Draws the picture for wide pages and for phones; the style shows one of them.
pub(super) fn draw(shown: &Shown<'_>, judged: JudgedV4<'_>, trail: &Trail, markup: &mut Markup) {
    let words = Words::of(shown, judged, trail);
    for layout in [Layout::wide(), Layout::tall()] {
        Drawing { layout, words: &words, trail, markup }.draw();
    }
}

impl Words {
    fn of(shown: &Shown<'_>, judged: JudgedV4<'_>, trail: &Trail) -> Self {
        let (terms, derivation) = (&judged.claim.terms, judged.derivation);
        let field = |field: Field, label| {
            let text = shown.bytes(derivation.canonical_request.field(field));
            (Place::Field(field), label, first_line(&text))
        };
        let mut lines = derivation.string_to_sign.split('\n').map(|line| first_line(&shown.bytes(line.as_bytes())));
        let mut line = |at, label| (Place::Line(at), label, lines.next().unwrap_or_default());
        let presented = shown.signature_on_page(judged.claim.signature.as_str());
        let expected =
            judged.whole.verdict.expected.as_ref().map(|expected| shown.signature_on_page(expected.as_str()));
        Self {
            description: description(terms, trail, &|part| shown.words(part)),
            links: links(terms).map(|(label, value)| (label, shown.words(&value))),
            canonical_request: [
                field(Field::Method, "method"),
                field(Field::Path, "path"),
                field(Field::Query, "query"),
                field(Field::Headers, "headers"),
                field(Field::SignedHeaders, "signed headers"),
                field(Field::Payload, "payload hash"),
            ],
            string_to_sign: [line(0, "algorithm"), line(1, "timestamp"), line(2, "scope"), line(3, "request hash")],
            signature: [("presented", presented), ("expected", expected.unwrap_or_else(|| "not known".to_owned()))],
        }
    }
}

fn first_line(text: &[u8]) -> String {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    super::shown_whole(line)
}

/// The links from the secret to the signing key.
fn links(terms: &Terms) -> [(&'static str, String); 5] {
    let scope = &terms.scope;
    let secret = ("secret", format!("{} + secret", terms.secret_prefix()));
    match terms.scheme {
        Scheme::V4 => [
            secret,
            ("kDate", scope.date.clone()),
            ("kRegion", scope.region().to_owned()),
            ("kService", scope.service.clone()),
            ("kSigning", scope.terminator.clone()),
        ],
        Scheme::V4a => [
            secret,
            ("key id", terms.access_key_id.clone()),
            ("counter", "1 to 254".to_owned()),
            ("number", "+ 1".to_owned()),
            ("key pair", "P-256".to_owned()),
        ],
        Scheme::X509(key) => [
            ("certificate", "x-amz-x509".to_owned()),
            ("serial", terms.access_key_id.clone()),
            ("key type", key.to_string()),
            ("hash", "SHA-256".to_owned()),
            ("private key", key.to_string()),
        ],
    }
}

fn description(terms: &Terms, trail: &Trail, shown: &dyn Fn(&str) -> String) -> String {
    let scope = &terms.scope;
    let (way, key) = match terms.scheme {
        Scheme::V4 => {
            let parts = [&scope.date, scope.region(), &scope.service, &scope.terminator].map(shown).join(", ");
            (format!("The secret becomes kDate, kRegion, kService and kSigning, taking in {parts}."), "kSigning")
        }
        Scheme::V4a => {
            let way = "The secret and the access key ID become a key pair on the curve P-256.";
            (way.to_owned(), "The private key")
        }
        Scheme::X509(_) => {
            let way = "The certificate goes along in x-amz-x509, and its serial number stands in the credential.";
            (way.to_owned(), "The private key of the certificate")
        }
    };
    let mut text = format!(
        "{way} The canonical request is hashed into the string to sign. {key} and the string to sign give the signature."
    );
    let names: Vec<&str> = trail.places.iter().map(|place| name(*place)).collect();
    if !names.is_empty() {
        text.push_str(" Marked as wrong: ");
        text.push_str(&names.join(", "));
        text.push('.');
    }
    text
}

/// The name of a place in the picture.
pub(super) fn name(place: Place) -> &'static str {
    match place {
        Place::Field(Field::Method) => "the method",
        Place::Field(Field::Path) => "the path",
        Place::Field(Field::Query) => "the query",
        Place::Field(Field::Headers) => "the headers",
        Place::Field(Field::SignedHeaders) => "the list of signed headers",
        Place::Field(Field::Payload) => "the payload hash",
        Place::CanonicalRequest => "the form of the canonical request",
        Place::Line(0) => "the algorithm",
        Place::Line(1) => "the timestamp",
        Place::Line(2) => "the scope in the string to sign",
        Place::Line(_) => "the request hash",
        Place::StringToSign => "the form of the string to sign",
        Place::Link(0) => "the secret",
        Place::Link(1) => "the day in the key",
        Place::Link(2) => "the region in the key",
        Place::Link(3) => "the service in the key",
        Place::Link(_) => "the end of the key's chain",
        Place::Signature => "the signature",
    }
}

/// In a narrower box, a value is below its label.
const NARROW: i32 = 200;

struct Drawing<'a> {
    layout: Layout,
    words: &'a Words,
    trail: &'a Trail,
    markup: &'a mut Markup,
}

#[derive(Clone, Copy)]
enum Looks {
    Usual,
    /// The mistake is here.
    Wrong,
    /// A mistake elsewhere makes this wrong.
    Follows,
}

impl Drawing<'_> {
    fn draw(&mut self) {
        let Layout { name, width, height, captions, .. } = self.layout;
        self.markup.raw("<svg role=\"img\" class=\"").raw(name).raw("\" viewBox=\"0 0 ");
        self.markup.number(width).raw(" ").number(height).raw("\" aria-labelledby=\"").raw(name).raw("-title ");
        self.markup
            .raw(name)
            .raw("-description\"><title id=\"")
            .raw(name)
            .raw("-title\">From secret and request to the ");
        self.markup.raw("signature</title><desc id=\"").raw(name).raw("-description\">");
        self.markup.text(&self.words.description).raw("</desc>");
        for ((x, y), caption) in captions.into_iter().zip(["The key", "The message"]) {
            self.write("caption", (x, y), caption);
        }
        self.chain();
        self.message();
        self.signature();
        self.markup.raw("</svg>");
    }

    fn chain(&mut self) {
        for (at, (title, taken_in)) in self.words.links.iter().enumerate() {
            let area = self.layout.links[at];
            let looks = if self.trail.is_at(Place::Link(at)) { Looks::Wrong } else { Looks::Usual };
            self.frame(area, looks);
            let top = area.y + area.height / 2;
            self.write("name", (area.x + 14, top - 6), title);
            self.write(looks.value(), (area.x + 14, top + 15), &elided(taken_in, 16));
            if let Some(next) = self.layout.links.get(at + 1) {
                self.arrow(area, *next, self.trail.goes(Connector::Chain(at)), "");
            }
        }
    }

    fn message(&mut self) {
        let Layout { canonical_request, string_to_sign, .. } = self.layout;
        self.table(canonical_request, "Canonical request", Place::CanonicalRequest, &self.words.canonical_request);
        self.table(string_to_sign, "String to sign", Place::StringToSign, &self.words.string_to_sign);
        self.arrow(canonical_request, string_to_sign, self.trail.goes(Connector::Hash), "SHA-256");
    }

    fn signature(&mut self) {
        let (area, last) = (self.layout.signature, self.layout.links[4]);
        let looks = if self.trail.is_at(Place::Signature) { Looks::Wrong } else { Looks::Usual };
        self.frame(area, looks);
        self.write("name", (area.x + 14, area.y + 25), "Signature");
        for (at, (label, value)) in self.words.signature.iter().enumerate() {
            let value = elided(value, 9);
            if area.width < NARROW {
                self.write("label", (area.x + 14, baseline(area, 2 * at)), label);
                self.write("value", (area.x + 14, baseline(area, 2 * at + 1) - 4), &value);
            } else {
                self.write("label", (area.x + 14, baseline(area, at)), label);
                self.write("value end", (area.right() - 14, baseline(area, at)), &value);
            }
        }
        self.arrow(self.layout.string_to_sign, area, self.trail.goes(Connector::Message), "message");
        self.arrow(last, area, self.trail.goes(Connector::Key), "key");
    }

    fn table(&mut self, area: Area, title: &'static str, whole: Place, rows: &[(Place, &'static str, String)]) {
        let is_wrong = self.trail.is_at(whole) || rows.iter().any(|(place, ..)| self.trail.is_at(*place));
        self.frame(area, if is_wrong { Looks::Wrong } else { Looks::Usual });
        self.write("name", (area.x + 14, area.y + 25), title);
        for (at, (place, label, value)) in rows.iter().enumerate() {
            let looks = match place {
                place if self.trail.is_at(*place) => Looks::Wrong,
                Place::Line(HASH) if self.trail.spoils_hash() => Looks::Follows,
                _ => Looks::Usual,
            };
            let baseline = baseline(area, at);
            if let Looks::Wrong = looks {
                let row = Area { x: area.x + 6, y: baseline - 16, width: area.width - 12, height: ROW };
                self.rectangle("row", row, 5);
            }
            self.write(looks.label(), (area.x + 14, baseline), label);
            if self.layout.value > 0 {
                self.write(looks.value(), (area.x + 124, baseline), &elided(value, self.layout.value));
            }
        }
    }

    fn frame(&mut self, area: Area, looks: Looks) {
        self.rectangle(if let Looks::Wrong = looks { "box wrong" } else { "box" }, area, 10);
    }

    fn rectangle(&mut self, class: &'static str, area: Area, radius: i32) {
        self.markup.raw("<rect class=\"").raw(class).raw("\"").attribute("x", area.x).attribute("y", area.y);
        self.markup.attribute("width", area.width).attribute("height", area.height).attribute("rx", radius).raw("/>");
    }

    fn write(&mut self, class: &'static str, (x, y): (i32, i32), text: &str) {
        if text.is_empty() {
            return;
        }
        self.markup.raw("<text class=\"").raw(class).raw("\"").attribute("x", x).attribute("y", y).raw(">");
        self.markup.text(text).raw("</text>");
    }

    /// A straight arrow: to the right if the boxes are side by side, otherwise down.
    fn arrow(&mut self, from: Area, to: Area, is_wrong: bool, label: &'static str) {
        const HEAD: i32 = 6;
        let class = if is_wrong { "way wrong" } else { "way" };
        self.markup.raw("<path class=\"").raw(class).raw("\" d=\"M");
        if to.x >= from.right() {
            let (y, end) = (from.middle_y(), to.x - 3);
            self.markup.number(from.right() + 3).raw(" ").number(y).raw("H").number(end).raw("m");
            self.markup.number(-HEAD).raw(" ").number(-HEAD + 1).raw("l").number(HEAD).raw(" ").number(HEAD - 1);
            self.markup.raw("l").number(-HEAD).raw(" ").number(HEAD - 1).raw("\"/>");
            self.write("way-label middle", (i32::midpoint(from.right(), to.x), y - 9), label);
        } else {
            let (x, end) = (from.middle_x(), to.y - 3);
            self.markup.number(x).raw(" ").number(from.bottom() + 3).raw("V").number(end).raw("m");
            self.markup.number(-HEAD + 1).raw(" ").number(-HEAD).raw("l").number(HEAD - 1).raw(" ").number(HEAD);
            self.markup.raw("l").number(HEAD - 1).raw(" ").number(-HEAD).raw("\"/>");
            self.write("way-label", (x + 10, i32::midpoint(from.bottom(), to.y) + 4), label);
        }
    }
}

impl Looks {
    fn label(self) -> &'static str {
        match self {
            Self::Usual => "label",
            Self::Wrong => "label wrong",
            Self::Follows => "label follows",
        }
    }

    fn value(self) -> &'static str {
        match self {
            Self::Usual => "value",
            Self::Wrong => "value wrong",
            Self::Follows => "value follows",
        }
    }
}

fn baseline(area: Area, row: usize) -> i32 {
    area.y + TITLE + i32::try_from(row).unwrap_or_default() * ROW + 16
}
