use super::*;

#[test]
fn a_folder_goes_with_its_owner() {
    let folder = Folder::new("test").unwrap();
    let path = folder.path().to_owned();
    fs::write(folder.file("something"), "x").unwrap();
    assert!(path.is_dir());
    drop(folder);
    assert!(!path.exists());
}

#[test]
fn two_folders_of_one_role_are_two() {
    let (one, two) = (Folder::new("test").unwrap(), Folder::new("test").unwrap());
    assert_ne!(one.path(), two.path());
}
