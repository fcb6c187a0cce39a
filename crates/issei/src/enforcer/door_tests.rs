use super::*;
use crate::traffic;

#[test]
fn a_socket_that_a_dead_process_left_is_not_open() {
    let place = traffic::Folder::new("enforcer-door");
    let folder = Folder::new(&place.0);
    assert!(!is_open(&folder), "nothing is there");
    let listener = UnixListener::bind(socket(&folder)).unwrap();
    assert!(is_open(&folder));
    drop(listener);
    assert!(socket(&folder).exists(), "the file stays");
    assert!(!is_open(&folder));
}
