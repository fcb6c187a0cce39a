use super::*;

#[test]
fn only_a_whole_line_acknowledges() {
    assert_eq!(last_acknowledgement(""), 0);
    assert_eq!(last_acknowledgement("kept 1"), 0);
    assert_eq!(last_acknowledgement("kept 1\nkept 2\nkept 3"), 2);
    assert_eq!(last_acknowledgement("kept 1\nkept 2\nkept 34\n"), 34);
    assert_eq!(last_acknowledgement("something else\n"), 0);
}

#[test]
fn disks_of_runs_that_are_gone_are_found_the_last_mounted_first() {
    let mounted = "\
/dev/vda / ext4 rw 0 0
/dev/loop0 /tmp/issei-check-11-3-power/shelf xfs rw 0 0
/dev/loop1 /tmp/issei-check-11-3-power/disk ext4 rw 0 0
/dev/loop2 /tmp/issei-check-22-0-full/disk ext4 rw 0 0
/dev/loop3 /tmp/issei-check-some/disk ext4 rw 0 0
";
    let found = left_behind(mounted, |id| id == 22);
    let of_11 = |name: &str| PathBuf::from("/tmp/issei-check-11-3-power").join(name);
    assert_eq!(found, [of_11("disk"), of_11("shelf")]);
}
