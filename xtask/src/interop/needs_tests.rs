use super::*;

#[test]
fn a_missing_program_is_named_with_its_package() {
    let told = Need::Program("no-such-program-here", "its-package").missing();
    let told = told.unwrap();
    assert!(
        told.contains("`no-such-program-here`") && told.contains("apt-get install its-package")
    );
}

#[test]
fn a_program_that_is_here_is_not_missing() {
    assert_eq!(Need::Program("sh", "dash").missing(), None);
}
