use super::*;

#[test]
fn files_are_named_as_tlog_tiles_names_them() {
    let name = |level, number, width| {
        Name {
            level,
            number,
            width,
        }
        .to_string()
    };
    assert_eq!(name(Some(0), 0, 256), "tile/0/000");
    assert_eq!(name(Some(0), 1_234, 256), "tile/0/x001/234");
    assert_eq!(name(Some(1), 1_234_067, 12), "tile/1/x001/x234/067.p/12");
    assert_eq!(name(None, 273, 112), "tile/entries/273.p/112");
}

#[test]
fn a_file_has_one_name_only() {
    for wrong in [
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/+0/000",
        "tile/6/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/0/x000/001",
        "tile/0/001/234",
        "tile/0/x001",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000.p/1/2",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(Name::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_tile_is_as_wide_as_the_log_is_long() {
    let width = |level, number, size| Name::tile(level, number, size).map(|name| name.width);
    assert_eq!(width(0, 0, 0), None);
    assert_eq!(width(0, 0, 255), Some(255));
    assert_eq!(width(0, 0, 256), Some(256));
    assert_eq!(width(0, 1, 256), None);
    assert_eq!(width(1, 0, 70_000), Some(256));
    assert_eq!(width(1, 1, 70_000), Some(17));
    assert_eq!(width(2, 0, 70_000), Some(1));
    assert_eq!(width(2, u64::MAX, 70_000), None);
}
