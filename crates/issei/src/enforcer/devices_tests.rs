use super::*;
use crate::traffic;

/// The pieces of TOML in the documentation that are about devices.
fn documented() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/enforcing.md");
    let text = fs::read_to_string(path).unwrap();
    let pieces = text.split("```toml\n").skip(1);
    let pieces = pieces.map(|piece| piece.split("```").next().unwrap().to_owned());
    pieces
        .filter(|piece| !piece.starts_with("enforcer = "))
        .collect()
}

#[test]
fn what_the_documentation_shows_is_understood() {
    let pieces = documented();
    assert_eq!(pieces.len(), 8);
    for piece in pieces {
        let settings: Settings = toml::from_str(&piece).unwrap();
        let devices = settings.nft.len()
            + settings.xdp.len()
            + settings.bgp.len()
            + settings.zone.len()
            + settings.bouncer.len();
        let sentinels = usize::from(settings.sentinel.is_some());
        assert_eq!(devices + sentinels, 1, "{piece}");
    }
}

#[test]
fn a_standing_list_lies_in_the_enforcers_folder() {
    let pieces = documented();
    let zone = pieces
        .iter()
        .find(|piece| piece.contains("base ="))
        .unwrap();
    let settings: Settings = toml::from_str(zone).unwrap();
    let place = traffic::Folder::new("standing");
    let folder = Folder::new(place.path());
    let list = List {
        path: place.path().join("names.txt"),
        most: 1_000_000,
    };
    assert_eq!(settings.lists(&folder), [Some(list)]);
}

#[test]
fn the_process_keeps_what_its_devices_need_and_no_more() {
    let kept = |text: &str| toml::from_str::<Settings>(text).unwrap().capabilities();
    assert_eq!(kept(""), []);
    assert_eq!(kept("[[nft]]"), [Capability::NetAdmin]);
    let inside = [Capability::NetAdmin, Capability::SysAdmin];
    assert_eq!(kept("[[nft]]\nnamespace = \"n\""), inside);
    let xdp = [Capability::NetAdmin, Capability::Bpf, Capability::Perfmon];
    assert_eq!(kept("[[xdp]]\ninterfaces = [\"eth0\"]"), xdp);
    let pieces = documented();
    let zone = pieces
        .iter()
        .find(|piece| piece.contains("[[zone]]"))
        .unwrap();
    assert_eq!(kept(zone), [Capability::NetBindService]);
}

#[test]
fn a_mistake_is_named_with_its_line() {
    let place = traffic::Folder::new("devices");
    let folder = Folder::new(place.path());
    place.file("devices.toml", b"client = 1\n[[nft]]\nnamspace = \"x\"\n");
    let failure = Settings::read(&folder).unwrap_err().to_string();
    assert!(
        failure.contains("devices.toml:3:1: namspace: ")
            && failure.contains("did you mean `namespace`?"),
        "{failure}"
    );
    place.file("devices.toml", b"");
    let opened = open(&Settings::read(&folder).unwrap(), &folder);
    assert!(opened.is_err_and(|failure| failure.to_string().contains("names no device")));
}

#[test]
fn a_fetcher_with_half_a_key_is_refused() {
    let place = traffic::Folder::new("half-a-key");
    let folder = Folder::new(place.path());
    let text = "[[zone]]\nlisten = \"127.0.0.1:0\"\napex = \"rpz.example\"\ntests = \"t.example\"\nresolvers = []\n[[zone.fetchers]]\nip = \"127.0.0.1\"\nkey = \"k.example\"\n";
    let settings: Settings = toml::from_str(text).unwrap();
    let opened = open(&settings, &folder);
    assert!(opened.is_err_and(|failure| failure.to_string().contains("secret_file")));
}

#[test]
fn secrets_are_read_from_files_of_the_folder() {
    let place = traffic::Folder::new("secrets");
    let folder = Folder::new(place.path());
    place.file("md5.key", b"a secret\n");
    place.file("tsig.key", b"c2VjcmV0\n");
    place.file("torn.key", b"c2VjcmV0=\n");
    let secrets = Secrets(&folder);
    assert_eq!(&**secrets.raw(Path::new("md5.key")).unwrap(), b"a secret");
    assert_eq!(&**secrets.base64(Path::new("tsig.key")).unwrap(), b"secret");
    assert!(secrets.base64(Path::new("torn.key")).is_err());
}
