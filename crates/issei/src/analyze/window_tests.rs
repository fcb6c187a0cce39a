use super::*;

/// Gives its bytes a few at a time, and then a fault if it has one.
struct Dripping(Vec<u8>, usize, bool);

impl Read for Dripping {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let give = self.0.len().min(self.1).min(into.len());
        if give == 0 && self.2 {
            return Err(io::Error::other("torn"));
        }
        into[..give].copy_from_slice(&self.0[..give]);
        self.0.drain(..give);
        Ok(give)
    }
}

#[test]
fn what_is_not_understood_stays_and_more_comes_behind_it() {
    let text: Vec<u8> = (0..=255).collect();
    let mut window = Window::over(Box::new(Dripping(text.clone(), 7, false)));
    let mut seen = Vec::new();
    while window.read_on().unwrap() {
        let understood = window.bytes().len() / 2;
        seen.extend_from_slice(&window.bytes()[..understood]);
        window.pass(understood);
    }
    assert!(window.is_last());
    seen.extend_from_slice(window.bytes());
    assert_eq!(seen, text);
}

#[test]
fn bytes_before_a_fault_are_seen_before_the_fault() {
    let mut window = Window::over(Box::new(Dripping(vec![1; 10], 10, true)));
    assert!(window.read_on().unwrap());
    assert_eq!(window.bytes(), [1; 10]);
    assert!(window.read_on().is_err());
    assert!(!window.read_on().unwrap(), "after a fault the file is over");
    assert_eq!(window.bytes(), [1; 10]);
}

#[test]
fn a_window_that_nobody_moves_stops_growing() {
    let mut window = Window::over(Box::new(io::repeat(0)));
    while window.read_on().unwrap() {}
    assert_eq!(window.bytes().len(), LARGEST);
    assert!(!window.is_last(), "the file goes on, the window does not");
}
