use super::*;

#[test]
fn names_are_read_and_everything_else_is_counted() {
    let text =
        "# a list\nOne.example\n\n  two.example  # why\n*.three.example\n192.0.2.1\none.example.\n";
    let list = read_names(text, 10);
    let names: Vec<&str> = list.names.iter().map(DomainName::as_str).collect();
    assert_eq!(names, ["one.example", "two.example"]);
    assert_eq!(list.unread, 2);
    assert_eq!(list.example, Some((5, "*.three.example".into())));
}

#[test]
fn a_list_is_bounded() {
    let list = read_names("a.example\nb.example\nc.example", 2);
    assert_eq!((list.names.len(), list.beyond), (2, 1));
    let list = read_names("a.example\nb.example\na.example", 2);
    assert_eq!((list.names.len(), list.beyond), (2, 0));
}

#[test]
fn names_that_do_not_fit_below_the_zone_are_counted() {
    let long = format!("{0}.{0}.{0}.{1}", "a".repeat(60), "b".repeat(60));
    let list = read_names(&format!("a.example\n{long}"), 10);
    let apex = "base.rpz.test".parse().expect("a name");
    let (records, missing) = Names(Refused::Absent).records(&apex, &list.names);
    assert_eq!((records.len(), missing), (1, 1));
}
