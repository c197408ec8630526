//! What Linux gives threads that ask, and what it takes from one that does not pause. Where it gives this user nothing that is said, and
//! nothing is tried. A process of its own: what is asked for here would be asked for in every other test of it.

#![cfg(target_os = "linux")]

use std::sync::mpsc;
use std::time::{Duration, Instant};
use threads::Priority;

/// How the kernel runs this thread: its policy and its nice level (proc(5): fields 41 and 19 of `stat`).
fn scheduled() -> (i32, i32) {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("there is such a file");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("one follows the name").split_whitespace().collect();
    let field = |number: usize| fields[number - 3].parse().expect("a number");
    (field(41), field(19))
}

const ORDINARY: i32 = 0;
const REAL_TIME: i32 = 2;

/// What a thread found, that asked for this and then did that.
fn on_a_thread<T: Send + 'static>(priority: Priority, then: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    let run = move || {
        threads::ask_for(priority);
        tell.send(then()).expect("the test listens");
    };
    let thread = threads::vital("try-priority", run).expect("there is room for a thread");
    let found = told.recv().expect("it tells");
    thread.join().expect("it ends");
    found
}

fn works_for(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn real_time_is_given_taken_from_who_does_not_pause_and_given_again() {
    assert_eq!(
        on_a_thread(Priority::Sound, scheduled),
        (ORDINARY, 0),
        "nothing is asked for before the program says so"
    );
    threads::prioritise();
    if on_a_thread(Priority::Sound, scheduled).0 != REAL_TIME {
        eprintln!("skipped: this system gives this user no real time");
        return;
    }
    assert_eq!(on_a_thread(Priority::Sending, scheduled).0, REAL_TIME);
    let (policy, nice) = on_a_thread(Priority::Pictures, scheduled);
    assert!(policy == ORDINARY && nice < 0, "an encoder is before others, and not of real time: {policy} {nice}");
    let child = || std::thread::spawn(scheduled).join().expect("it ends");
    assert_eq!(on_a_thread(Priority::Sound, child), (ORDINARY, 0), "what a library starts has none of it");

    // Longer than the kernel lets a thread of real time live, and not only once: after each signal it waits a second more for the next one.
    let hung = on_a_thread(Priority::Sending, || {
        works_for(Duration::from_millis(400));
        let after = scheduled().0;
        threads::turn();
        // It rests for five seconds, in which it is looked at each second.
        let calm = Instant::now();
        while scheduled().0 != REAL_TIME && calm.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(100));
            threads::turn();
        }
        let (rested, again) = (calm.elapsed(), scheduled().0);
        works_for(Duration::from_millis(400));
        (after, rested, again, scheduled().0)
    });
    assert_eq!(hung.0, ORDINARY, "it lives, and has real time no more");
    assert!(hung.1 > Duration::from_secs(4), "not at once: {hung:?}");
    assert_eq!(hung.2, REAL_TIME, "{hung:?}");
    assert_eq!(hung.3, ORDINARY, "the second time, too: {hung:?}");

    // It pauses, and works for most of the time all the same.
    let greedy = on_a_thread(Priority::Sending, || {
        let begin = Instant::now();
        while scheduled().0 == REAL_TIME && begin.elapsed() < Duration::from_secs(20) {
            works_for(Duration::from_millis(20));
            std::thread::sleep(Duration::from_millis(1));
            threads::turn();
        }
        scheduled().0
    });
    assert_eq!(greedy, ORDINARY, "who works for most of the time gives it up");
}
