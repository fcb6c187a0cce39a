use std::collections::BTreeSet;

use super::*;

fn lab() -> Topology {
    Topology::new("issei-lab-0badcafe")
}

#[test]
fn every_interface_is_born_in_a_namespace_of_the_lab() {
    for command in lab().commands() {
        let inside = command[0] == "-n" && command[1].starts_with("issei-lab-0badcafe-");
        assert!(inside || command[..2] == ["netns", "add"], "{command:?}");
        if let Some(at) = command.iter().position(|word| word == "peer") {
            assert!(
                command[at + 4].starts_with("issei-lab-0badcafe-"),
                "{command:?}"
            );
        }
    }
}

#[test]
fn a_namespace_is_made_before_it_is_used_and_only_once() {
    let mut made = BTreeSet::new();
    for command in lab().commands() {
        if command[0] == "netns" {
            assert!(made.insert(command[2].clone()), "{command:?}");
        } else {
            assert!(made.contains(&command[1]), "{command:?}");
        }
    }
    assert_eq!(made.len(), Topology::places().len());
}

#[test]
fn the_two_ends_of_a_link_share_a_network_with_nobody_else() {
    let links = Topology::links();
    let networks: BTreeSet<Ipv4Net> = links
        .iter()
        .map(|link| link.ends[0].address.trunc())
        .collect();
    assert_eq!(networks.len(), links.len());
    for link in &links {
        let [one, other] = &link.ends;
        assert_eq!(one.address.trunc(), other.address.trunc(), "{}", link.name);
        assert_ne!(one.address.addr(), other.address.addr(), "{}", link.name);
    }
}

#[test]
fn interfaces_and_links_have_names_of_their_own_that_the_kernel_takes() {
    let mut names = BTreeSet::new();
    let mut interfaces = BTreeSet::new();
    for link in Topology::links() {
        assert!(names.insert(link.name.clone()));
        for end in link.ends {
            assert!(end.interface.len() < 16);
            assert!(interfaces.insert((end.place, end.interface)));
        }
    }
}

#[test]
fn lines_and_what_is_cut_lie_where_they_are_said_to() {
    let outside = world();
    for number in numbers() {
        for line in [first_bot(number), first_user(number), marked(number)] {
            assert!(IpNet::from(network(number)).contains(&line));
        }
        let IpAddr::V4(probed) = probe(number).ip() else {
            panic!("IPv4")
        };
        assert!(outside.iter().any(|net| net.contains(&probed)));
    }
    assert!(outside.iter().any(|net| net.contains(&COMMAND)));
    assert!(!IpNet::from(outside[0]).contains(&control_plane()));
    let networks: BTreeSet<[u8; 2]> = SCANNED
        .iter()
        .map(|ip| [ip.octets()[0], ip.octets()[1]])
        .collect();
    assert_eq!(networks.len(), 2, "a scan shows in two networks of /16");
}

#[test]
fn the_groups_of_lines_do_not_meet() {
    let last = |first: IpAddr, count: u32| match first {
        IpAddr::V4(ip) => ip.to_bits() + count - 1,
        IpAddr::V6(_) => unreachable!(),
    };
    let first = |ip: IpAddr| last(ip, 1);
    assert!(last(first_bot(1), BOTS) < first(first_user(1)));
    assert!(last(first_user(1), USERS) < first(marked(1)));
}
