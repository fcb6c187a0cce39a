use super::*;

#[test]
fn a_folder_goes_with_its_owner() {
    let folder = Folder::new("test").unwrap();
    let file = folder.file("something");
    fs::write(&file, "x").unwrap();
    let path = file.parent().unwrap();
    drop(folder);
    assert!(!path.exists());
}

#[test]
fn two_folders_of_one_role_are_two() {
    let (one, two) = (Folder::new("test").unwrap(), Folder::new("test").unwrap());
    assert_ne!(one.file("x"), two.file("x"));
}
