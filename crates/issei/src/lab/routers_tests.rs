use super::*;
use crate::enforcer::devices::Settings;
use crate::office::folder::Folder;
use crate::traffic;

#[test]
fn what_stands_in_devices_toml_is_what_an_enforcer_reads() {
    let place = traffic::Folder::new("lab-devices");
    for number in topology::numbers() {
        for router in Router::ALL {
            let text = router.devices(number, Path::new("/run/lab/m1/routing"));
            std::fs::write(place.0.join("devices.toml"), text).expect("the disk");
            let read = Settings::read(&Folder::new(&place.0)).expect("it reads");
            let wanted = match router {
                Router::Nft => (1, 0, 0),
                Router::Xdp => (0, 1, 0),
                Router::Bird | Router::Frr | Router::Gobgp => (0, 0, 1),
            };
            assert_eq!(
                (read.nft.len(), read.xdp.len(), read.bgp.len()),
                wanted,
                "{router}"
            );
            assert_eq!(read.control_plane, [topology::control_plane()]);
            let lines = read
                .nft
                .iter()
                .flat_map(|one| &one.accesses)
                .map(|one| one.lines);
            assert!(
                lines
                    .into_iter()
                    .all(|lines| lines.contains(&topology::first_bot(number)))
            );
        }
    }
}

#[test]
fn a_router_is_named_as_it_is_read() {
    for router in Router::ALL {
        assert_eq!(router.name().parse(), Ok(router));
        assert_eq!(router.configuration(1).is_none(), router.is_kernel());
    }
    let no = "quagga".parse::<Router>().expect_err("it is none");
    assert!(no.contains("nft, xdp, bird, frr, gobgp"), "{no}");
}

#[test]
fn daemons_listen_nowhere_but_on_their_loopback() {
    for router in [Router::Bird, Router::Gobgp] {
        let text = router.configuration(3).expect("it has one");
        assert!(
            text.contains(DAEMON) && text.contains("10.9.3.1"),
            "{router}: {text}"
        );
    }
    let starts = Router::Frr.starts("conf", Path::new("/run/x"));
    let at = starts
        .iter()
        .position(|word| word == "-l")
        .expect("it says where");
    assert_eq!(starts[at + 1], DAEMON);
}
