//! How long this thread has been on a processor, and how long all of the program.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{of_this_program, of_this_thread};
#[cfg(windows)]
pub(crate) use windows::{of_this_program, of_this_thread};

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn it_goes_on_while_the_thread_works_and_stands_while_it_sleeps() {
        let start = of_this_thread();
        let mut work = 0u64;
        while of_this_thread() < start + Duration::from_millis(2) {
            work = std::hint::black_box(work + 1);
        }
        let before = of_this_thread();
        std::thread::sleep(Duration::from_millis(50));
        assert!(of_this_thread() - before < Duration::from_millis(50));
    }

    #[test]
    fn that_of_the_program_has_what_other_threads_work() {
        let before = of_this_program();
        let work = || {
            let start = of_this_thread();
            while of_this_thread() < start + Duration::from_millis(40) {
                std::hint::spin_loop();
            }
        };
        std::thread::spawn(work).join().expect("it only counts");
        assert!(of_this_program() - before >= Duration::from_millis(40));
    }
}
