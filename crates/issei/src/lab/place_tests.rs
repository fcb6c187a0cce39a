use super::super::down::{Ended, down};
use super::*;
use crate::traffic;

const ROUTERS: [Router; 5] = [
    Router::Nft,
    Router::Bird,
    Router::Frr,
    Router::Gobgp,
    Router::Nft,
];

#[test]
fn a_lab_is_found_again_by_its_name() {
    let folder = traffic::Folder::new("lab-begin");
    let root = folder.0.join("lab");
    let begun = Place::begin(&root, 60, &ROUTERS, false).expect("it begins");
    let found = Place::find(&root).expect("it is there");
    assert_eq!(begun.lab, found.lab);
    let routers: Vec<Router> = topology::numbers()
        .map(|number| found.router(number))
        .collect();
    assert_eq!(routers, ROUTERS);
    assert!(found.topology.namespace("core").starts_with("issei-lab-"));
    let again = Place::begin(&root, 60, &ROUTERS, false).expect_err("one is up");
    assert!(again.to_string().contains("issei lab down"), "{again}");
}

#[test]
fn two_labs_have_two_names() {
    let folder = traffic::Folder::new("lab-names");
    let names: Vec<String> = ["a", "b"]
        .map(|name| {
            Place::begin(&folder.0.join(name), 60, &ROUTERS, false)
                .expect("it begins")
                .lab
                .name
        })
        .into();
    assert_ne!(names[0], names[1]);
}

#[test]
fn a_folder_with_something_else_in_it_becomes_no_lab() {
    let folder = traffic::Folder::new("lab-occupied");
    std::fs::write(folder.0.join("letter.txt"), b"dear").expect("the disk");
    assert!(Place::begin(&folder.0, 60, &ROUTERS, false).is_err());
    assert_eq!(
        super::super::down::down(&folder.0).expect("nothing is up"),
        Default::default()
    );
    assert!(
        folder.0.join("letter.txt").exists(),
        "what is no lab's stays"
    );
}

#[test]
fn a_torn_line_hides_no_other_process() {
    let folder = traffic::Folder::new("lab-torn");
    let lab = Place::begin(&folder.0.join("lab"), 60, &ROUTERS, false).expect("it begins");
    let own = Process::of(std::process::id()).expect("this one runs");
    lab.note("m1 office", own.id).expect("the disk");
    let mut file = OpenOptions::new()
        .append(true)
        .open(lab.processes())
        .expect("it is there");
    file.write_all(b"{\"role\":\"m1 enf").expect("the disk");
    let role = |worker: &Worker| worker.role.clone();
    assert_eq!(
        lab.workers().iter().map(role).collect::<Vec<_>>(),
        ["builder", "m1 office"]
    );
    assert_eq!(lab.worker("m1 office"), Some(own));
    assert_eq!(lab.worker("m1 enforcer"), None);
}

#[test]
fn a_link_that_is_not_there_is_answered_with_those_that_are() {
    let folder = traffic::Folder::new("lab-links");
    let lab = Place::begin(&folder.0.join("lab"), 60, &ROUTERS, false).expect("it begins");
    assert_eq!(lab.link("m3-core").expect("it is there").name, "m3-core");
    let no = lab.link("m9-core").expect_err("there are five");
    assert!(no.to_string().contains("m5-lines"), "{no}");
}

#[test]
fn what_a_builder_left_before_it_wrote_anything_goes_and_what_is_of_others_stays() {
    let folder = traffic::Folder::new("lab-begun");
    let begun = folder.0.join("begun");
    fs::create_dir(&begun).unwrap();
    fs::write(begun.join("lab.json.new"), "{\"na").unwrap();
    let others = folder.0.join("others");
    fs::create_dir(&others).unwrap();
    fs::write(others.join("diary"), "mine").unwrap();
    for root in [&begun, &others] {
        assert_eq!(down(root).unwrap(), Ended::default());
    }
    assert!(!begun.exists());
    assert!(others.join("diary").exists());
}
