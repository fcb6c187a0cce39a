//! Japan as 47 tiles of one size, each with its name, its value and a shade.
//!
//! In: a value per prefecture. Out: the picture, and a table with a row per prefecture. Always: the number
//! stands in the tile, so the shade says nothing that is not written; a prefecture without a value is dashed.
//! A grid of tiles instead of a map: no coastline to license, and Tottori is as easy to see as Hokkaido.

use issei_model::Language;

use crate::chart::{Chart, Table};
use crate::look::{Look, Width};
use crate::scale::{Linear, sane};
use crate::sheet::{Anchor, Sheet};
use crate::text;

/// Names in English and Japanese, in the order of JIS X 0401: Hokkaido is 1, Okinawa 47.
pub const PREFECTURES: [(&str, &str); 47] = [
    ("Hokkaido", "北海道"),
    ("Aomori", "青森"),
    ("Iwate", "岩手"),
    ("Miyagi", "宮城"),
    ("Akita", "秋田"),
    ("Yamagata", "山形"),
    ("Fukushima", "福島"),
    ("Ibaraki", "茨城"),
    ("Tochigi", "栃木"),
    ("Gunma", "群馬"),
    ("Saitama", "埼玉"),
    ("Chiba", "千葉"),
    ("Tokyo", "東京"),
    ("Kanagawa", "神奈川"),
    ("Niigata", "新潟"),
    ("Toyama", "富山"),
    ("Ishikawa", "石川"),
    ("Fukui", "福井"),
    ("Yamanashi", "山梨"),
    ("Nagano", "長野"),
    ("Gifu", "岐阜"),
    ("Shizuoka", "静岡"),
    ("Aichi", "愛知"),
    ("Mie", "三重"),
    ("Shiga", "滋賀"),
    ("Kyoto", "京都"),
    ("Osaka", "大阪"),
    ("Hyogo", "兵庫"),
    ("Nara", "奈良"),
    ("Wakayama", "和歌山"),
    ("Tottori", "鳥取"),
    ("Shimane", "島根"),
    ("Okayama", "岡山"),
    ("Hiroshima", "広島"),
    ("Yamaguchi", "山口"),
    ("Tokushima", "徳島"),
    ("Kagawa", "香川"),
    ("Ehime", "愛媛"),
    ("Kochi", "高知"),
    ("Fukuoka", "福岡"),
    ("Saga", "佐賀"),
    ("Nagasaki", "長崎"),
    ("Kumamoto", "熊本"),
    ("Oita", "大分"),
    ("Miyazaki", "宮崎"),
    ("Kagoshima", "鹿児島"),
    ("Okinawa", "沖縄"),
];

/// Column and row of each prefecture in the wide picture, in the same order.
const PLACES: [(u8, u8); 47] = [
    (12, 0),
    (12, 1),
    (12, 2),
    (12, 3),
    (11, 2),
    (11, 3),
    (11, 4),
    (12, 5),
    (11, 5),
    (10, 5),
    (10, 6),
    (12, 6),
    (11, 6),
    (10, 7),
    (10, 4),
    (9, 4),
    (8, 4),
    (8, 5),
    (9, 6),
    (9, 5),
    (8, 6),
    (9, 7),
    (8, 7),
    (7, 8),
    (7, 6),
    (6, 6),
    (6, 7),
    (5, 6),
    (7, 7),
    (6, 8),
    (4, 6),
    (3, 6),
    (4, 7),
    (3, 7),
    (2, 7),
    (4, 9),
    (4, 8),
    (3, 8),
    (3, 9),
    (1, 8),
    (0, 8),
    (0, 9),
    (1, 9),
    (2, 8),
    (2, 9),
    (1, 10),
    (0, 11),
];

/// The regions of the narrow picture, each with the first of its prefectures; their codes follow each other.
const REGIONS: [(&str, &str, usize); 7] = [
    ("Hokkaido, Tohoku", "北海道・東北", 0),
    ("Kanto", "関東", 7),
    ("Chubu", "中部", 14),
    ("Kinki", "近畿", 23),
    ("Chugoku", "中国", 30),
    ("Shikoku", "四国", 35),
    ("Kyushu, Okinawa", "九州・沖縄", 39),
];

const STEPS: usize = 5;

/// A value for each prefecture.
#[derive(Clone, Debug)]
pub struct Prefectures {
    /// What is counted, such as `hijacked devices per 100,000 lines`.
    pub measure: String,
    /// The values in the order of [`PREFECTURES`]; none where nothing is known.
    pub values: [Option<f64>; 47],
}

impl Prefectures {
    /// Draws the tiles.
    pub fn draw(&self, look: &Look) -> Chart {
        let measure = text::shorten(&self.measure, 120);
        let title = match look.language {
            Language::English => format!("By prefecture: {measure}"),
            Language::Japanese => format!("都道府県別：{measure}"),
        };
        let table = self.table(look);
        let sheet = Sheet::new(look);
        let known: Vec<f64> = self.known().map(|(_, value)| value).collect();
        if known.is_empty() {
            return sheet.finish_empty(&title, table);
        }
        let most = known.into_iter().fold(0.0, f64::max);
        let scale = Linear::up_to(most, STEPS, (0.0, STEPS as f64));
        let mut pen = Pen {
            sheet,
            tiles: self,
            scale,
        };
        let height = match look.width {
            Width::Wide => pen.map(),
            Width::Narrow => pen.regions(),
        };
        let description = self.description(look);
        pen.sheet.finish(height, &title, &description, table)
    }

    fn known(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        let values = self.values.iter().enumerate();
        values.filter_map(|(place, value)| Some((place, sane((*value)?)?)))
    }

    /// Writes values alike: with one digit behind the point, or with none where one of them is large.
    fn told(&self, value: f64) -> String {
        let largest = self
            .known()
            .map(|(_, value)| value.abs())
            .fold(0.0, f64::max);
        if largest < 100.0 && value.abs() < 100.0 {
            format!("{value:.1}").replace('-', "−")
        } else {
            text::quantity(value)
        }
    }

    /// The known values, highest first.
    fn ranking(&self) -> Vec<(usize, f64)> {
        let mut ranking: Vec<(usize, f64)> = self.known().collect();
        ranking.sort_by(|one, other| other.1.total_cmp(&one.1));
        ranking
    }

    fn description(&self, look: &Look) -> String {
        let ranking = self.ranking();
        let told =
            |(place, value): &(usize, f64)| format!("{} {}", name(look, *place), self.told(*value));
        let highest: Vec<String> = ranking.iter().take(3).map(told).collect();
        let lowest = ranking.last().map_or(String::new(), told);
        let unknown = self.values.len() - ranking.len();
        let highest = look.list(&highest);
        let mut words = match look.language {
            Language::English => format!("Highest: {highest}. Lowest: {lowest}."),
            Language::Japanese => format!("高い順に {highest}。最低は {lowest}。"),
        };
        if unknown > 0 {
            words.push_str(&match look.language {
                Language::English => format!(" No value for {unknown} of 47."),
                Language::Japanese => format!("47都道府県のうち{unknown}は値なし。"),
            });
        }
        words
    }

    fn table(&self, look: &Look) -> Table {
        let code = look.say("Code (JIS X 0401)", "コード (JIS X 0401)");
        let prefecture = look.say("Prefecture", "都道府県");
        let mut table = Table::new(&[code, prefecture, &self.measure]);
        for (place, value) in self.values.iter().enumerate() {
            let value = text::quantity(value.unwrap_or(f64::NAN));
            let code = format!("{:02}", place + 1);
            table.push(&[code, name(look, place).to_string(), value]);
        }
        table
    }
}

fn name(look: &Look, place: usize) -> &'static str {
    let (english, japanese) = PREFECTURES[place];
    match look.language {
        Language::English => english,
        Language::Japanese => japanese,
    }
}

struct Pen<'a> {
    sheet: Sheet<'a>,
    tiles: &'a Prefectures,
    scale: Linear,
}

impl Pen<'_> {
    /// The tiles where the prefectures are.
    fn map(&mut self) -> f64 {
        const WIDE: f64 = 68.0;
        const HIGH: f64 = 41.0;
        const GAP: f64 = 3.0;
        let start = self.sheet.width - 13.0 * (WIDE + GAP);
        for (place, (column, row)) in PLACES.iter().enumerate() {
            let x = start + f64::from(*column) * (WIDE + GAP);
            let y = f64::from(*row) * (HIGH + GAP);
            self.tile(place, (x, y), (WIDE, HIGH));
        }
        self.highest();
        self.legend((0.0, 150.0));
        12.0 * (HIGH + GAP)
    }

    /// The tiles by region, for a narrow screen.
    fn regions(&mut self) -> f64 {
        const HIGH: f64 = 41.0;
        const GAP: f64 = 3.0;
        // `Kagoshima` needs more room than 鹿児島.
        let (columns, wide) = match self.sheet.look.language {
            Language::English => (6, 62.5),
            Language::Japanese => (7, 53.0),
        };
        let mut y = 0.0;
        for (region, (english, japanese, first)) in REGIONS.iter().enumerate() {
            let end = REGIONS.get(region + 1).map_or(47, |next| next.2);
            let title = self.sheet.look.say(english, japanese).to_string();
            self.sheet
                .text("c-small", (0.0, y + 14.0), Anchor::Start, &title);
            y += 21.0;
            for (nth, place) in (*first..end).enumerate() {
                let x = (nth % columns) as f64 * (wide + GAP);
                let row = (nth / columns) as f64 * (HIGH + GAP);
                self.tile(place, (x, y + row), (wide, HIGH));
            }
            y += (end - first).div_ceil(columns) as f64 * (HIGH + GAP) + 8.0;
        }
        self.legend((0.0, y + 6.0));
        y + 48.0
    }

    fn tile(&mut self, place: usize, (x, y): (f64, f64), (wide, high): (f64, f64)) {
        let value = self.tiles.values[place].and_then(sane);
        let name = name(self.sheet.look, place);
        let middle = x + wide / 2.0;
        let (ink, told) = match value {
            Some(value) => {
                let step = self.step(value);
                let class = format!("c-tile c-a{step}");
                self.sheet.box_of(&class, (x, y), (wide, high), 4.0);
                (format!("c-on{step}"), self.tiles.told(value))
            }
            None => {
                let (at, size) = ((x + 0.5, y + 0.5), (wide - 1.0, high - 1.0));
                self.sheet.box_of("c-empty", at, size, 4.0);
                ("c-soft".to_string(), "—".to_string())
            }
        };
        self.sheet.text(
            &format!("c-tile-name {ink}"),
            (middle, y + 17.0),
            Anchor::Middle,
            name,
        );
        self.sheet.text(
            &format!("c-tile-value {ink}"),
            (middle, y + 32.0),
            Anchor::Middle,
            &told,
        );
    }

    /// Which of the five shades a value has, 1 the lightest.
    fn step(&self, value: f64) -> usize {
        (self.scale.at(value).ceil() as usize).clamp(1, STEPS)
    }

    /// Names the five highest in the free corner.
    fn highest(&mut self) {
        let look = self.sheet.look;
        let title = look.say("Highest five", "上位5都道府県");
        self.sheet
            .text("c-strong", (0.0, 16.0), Anchor::Start, title);
        for (nth, (place, value)) in self.tiles.ranking().into_iter().take(5).enumerate() {
            let y = 38.0 + nth as f64 * 20.0;
            let name = format!("{}. {}", nth + 1, name(look, place));
            self.sheet.text("c-label", (0.0, y), Anchor::Start, &name);
            let told = self.tiles.told(value);
            self.sheet.text("c-label", (160.0, y), Anchor::End, &told);
            let wide = self.scale.at(value.max(0.0)) / STEPS as f64 * 160.0;
            self.sheet.rect("c-bar", (172.0, y - 9.0), (wide, 8.0));
        }
    }

    fn legend(&mut self, (x, y): (f64, f64)) {
        const WIDE: f64 = 62.0;
        let ticks = self.scale.ticks(STEPS);
        let step = ticks.get(1).copied().unwrap_or(1.0);
        let steps = (ticks.len().saturating_sub(1)).clamp(1, STEPS);
        let measure = text::fit(&self.tiles.measure, 12.0, 384.0);
        self.sheet
            .text("c-small", (x, y + 12.0), Anchor::Start, &measure);
        for nth in 0..steps {
            let left = x + nth as f64 * (WIDE + 3.0);
            let shade = self.step((nth as f64 + 0.9) * step);
            self.sheet.box_of(
                &format!("c-tile c-a{shade}"),
                (left, y + 20.0),
                (WIDE, 18.0),
                3.0,
            );
            let told = format!("≤ {}", text::quantity((nth + 1) as f64 * step));
            let at = (left + WIDE / 2.0, y + 33.0);
            self.sheet.text(
                &format!("c-tile-value c-on{shade}"),
                at,
                Anchor::Middle,
                &told,
            );
        }
    }
}
