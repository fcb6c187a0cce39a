//! Writes every picture, drawn from made-up data, into a folder: `cargo run -p issei-chart --example gallery -- DIR`.
//!
//! In: a folder. Out: a file per picture, language and width, a style sheet, and `index.html` with all of them
//! inlined as the pages do it. The data is made up and the page says so.

#![expect(
    clippy::disallowed_methods,
    reason = "an example writes files; the room itself never does"
)]

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::path::Path;
use std::process::ExitCode;

use issei_chart::{Look, STYLE, Table, Zone};
use issei_model::Language;

const PAGE_STYLE: &str = "\
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: Canvas; color: CanvasText;
  font-family: Inter, 'Noto Sans JP', 'Noto Sans CJK JP', system-ui, sans-serif; color-scheme: light dark; }
section { margin: 0 0 3rem; }
h2 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: 0 0 1rem; font-size: .85rem; }
table { border-collapse: collapse; font-size: .8rem; margin-top: .5rem; }
td, th { padding: .1rem .8rem .1rem 0; text-align: start; border-bottom: 1px solid #8884; }
";

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: cargo run -p issei-chart --example gallery -- DIR");
        return ExitCode::from(2);
    };
    match write_all(Path::new(&folder)) {
        Ok(count) => {
            println!("{count} files in {folder}, from made-up data; open {folder}/index.html");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(folder: &Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("style.css"), format!("{PAGE_STYLE}{STYLE}"))?;
    let mut count = 2;
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self' file:\">\n\
         <title>issei: the pictures</title><link rel=\"stylesheet\" href=\"style.css\"></head><body>\n\
         <h1>The pictures</h1><p>Every number on this page is made up.</p>\n",
    );
    for (language, short) in [(Language::English, "en"), (Language::Japanese, "ja")] {
        for (name, draw) in samples::ALL {
            let look = Look::new(language, &format!("{name}-{short}")).in_zone(Zone::jst());
            let narrow = draw(&look.clone().narrow());
            let wide = draw(&look);
            for (chart, form) in [(&wide, "wide"), (&narrow, "narrow")] {
                let file = folder.join(format!("{name}-{short}-{form}.svg"));
                std::fs::write(file, chart.standalone())?;
                count += 1;
            }
            page.push_str(&format!(
                "<section lang=\"{short}\"><h2>{}</h2><p>{}</p><div class=\"chart-both\">{}{}</div>\n\
                 <details><summary>table</summary>{}</details></section>\n",
                plain(&wide.title),
                plain(&wide.description),
                wide.svg,
                narrow.svg,
                html(&wide.table),
            ));
        }
    }
    page.push_str("</body></html>\n");
    std::fs::write(folder.join("index.html"), page)?;
    Ok(count)
}

fn html(table: &Table) -> String {
    let cells = |row: &[String], tag: &str| -> String {
        let cells = row.iter();
        let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", plain(cell)));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let rows: String = table.rows.iter().map(|row| cells(row, "td")).collect();
    format!("<table>{}{rows}</table>", cells(&table.columns, "th"))
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
