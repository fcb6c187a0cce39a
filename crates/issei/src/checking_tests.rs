use super::*;
use crate::japanese::assert_no_english;
use crate::traffic;
use crate::words::{EN, JA};

#[test]
fn a_file_without_mistakes_and_its_lists_are_told_in_both_languages() {
    let folder = traffic::Folder::new("checking");
    folder.file("list.txt", b"192.0.2.7\nevil.example\n192.0.2.8\n");
    let text = b"[detect]\nindicators = [\"list.txt\"]\n";
    let file = folder.file("collect.toml", text);
    let (shown, list) = (file.display(), folder.path().join("list.txt"));
    assert_eq!(
        check(&file, EN).unwrap(),
        format!(
            "{shown}: no mistakes\n  {}: 2 entries, 1 line without an address (such as line 2: `evil.example`)\n",
            list.display()
        )
    );
    let said = check(&file, JA).unwrap();
    assert!(said.contains("誤りはありません"), "{said}");
    assert_no_english(&said);
}
