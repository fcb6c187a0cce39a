use super::*;

#[test]
fn every_processor_there_could_be_has_a_value() {
    let possible = processors().unwrap();
    let online = std::thread::available_parallelism().unwrap().get();
    assert!(possible >= online);
}

#[test]
fn an_ordinary_folder_is_no_bpf_file_system() {
    assert!(!is_bpf_file_system(&std::env::temp_dir()).unwrap());
    assert!(is_bpf_file_system(Path::new("/no/such/folder")).is_err());
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn keys_and_values_of_another_length_never_reach_the_kernel() {
    let map = Map::new(create(ARRAY, None).unwrap()).unwrap();
    map.put(&[0; 4], &[1, 2, 3, 4]).unwrap();
    assert_eq!(map.get(&[0; 4]).unwrap(), [1, 2, 3, 4]);
    for (key, value) in [(3, 4), (5, 4), (4, 3), (4, 8), (0, 0)] {
        let refused = map.put(&vec![0; key], &vec![0; value]).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        let refused = map.put_all(&vec![0; key], &vec![0; value]);
        assert!(refused.is_err() || (key, value) == (0, 0));
    }
    assert!(map.get(&[0; 2]).is_err());
    assert_eq!(map.all().unwrap(), (vec![0; 4], vec![1, 2, 3, 4]));
}

#[test]
#[ignore = "needs root: cargo xtask interop XDP"]
fn waiting_for_packets_ends() {
    Grace::new().unwrap().wait().unwrap();
}
