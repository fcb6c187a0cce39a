use super::*;

#[test]
fn only_a_drivers_no_leads_to_the_generic_way() {
    let refusal = io::Error::from_raw_os_error;
    for code in [libc::EOPNOTSUPP, libc::EINVAL, libc::ENOMEM, libc::ENOSPC] {
        assert!(may_be_generic(&refusal(code)), "{code}");
    }
    for code in [libc::EBUSY, libc::EEXIST, libc::EPERM, libc::ENODEV] {
        assert!(!may_be_generic(&refusal(code)), "{code}");
    }
}

#[test]
fn an_interface_that_is_not_there_is_named() {
    for name in [
        "no-such-if",
        "",
        "with\0zero",
        "a-name-that-is-longer-than-any",
    ] {
        let refused = index(name).unwrap_err();
        assert!(
            matches!(&refused, Fault::Away(why) if why.contains("no interface")),
            "{name}"
        );
    }
}
