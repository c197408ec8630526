//! What the kernel accounts to a process: CPU time by thread, resident memory.

use anyhow::Context;
use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

/// CPU time a process has used so far.
#[derive(Clone, Default)]
pub(crate) struct Cpu {
    /// Nanoseconds by thread name; threads of one name are added up.
    by_thread: BTreeMap<String, u64>,
}

impl Cpu {
    /// Reads `/proc/PID/task/*/schedstat`: its first field is the time on a CPU in nanoseconds.
    pub(crate) fn of(pid: u32) -> anyhow::Result<Cpu> {
        let mut by_thread = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{pid}/task")).context("the program has ended")? {
            let task = task?.path();
            // A thread may end between the listing and the reading.
            let (Ok(name), Ok(times)) =
                (fs::read_to_string(task.join("comm")), fs::read_to_string(task.join("schedstat")))
            else {
                continue;
            };
            let time: u64 = times.split(' ').next().unwrap_or_default().parse().context("schedstat")?;
            *by_thread.entry(name.trim().to_owned()).or_default() += time;
        }
        Ok(Cpu { by_thread })
    }

    /// Milliseconds since `earlier`, of the threads whose name passes.
    pub(crate) fn ms_since(&self, earlier: &Cpu, counts: impl Fn(&str) -> bool) -> f64 {
        let ns: u64 = self
            .by_thread
            .iter()
            .filter(|(name, _)| counts(name))
            .map(|(name, time)| time.saturating_sub(earlier.by_thread.get(name).copied().unwrap_or(0)))
            .sum();
        ns as f64 / 1e6
    }

    /// The names seen, for a table by thread.
    pub(crate) fn threads(&self) -> impl Iterator<Item = &str> {
        self.by_thread.keys().map(String::as_str)
    }
}

/// Threads that capture, scale and encode: they work the same whether anybody watches or not.
pub(crate) fn is_media(thread: &str) -> bool {
    thread.starts_with("media")
}

/// What the whole machine has done so far, by `/proc/stat`.
pub(crate) struct Busy {
    busy: f64,
    at: Instant,
}

impl Busy {
    pub(crate) fn now() -> anyhow::Result<Busy> {
        let stat = fs::read_to_string("/proc/stat")?;
        let ticks: Vec<f64> =
            stat.lines().next().unwrap_or_default().split_whitespace().filter_map(|n| n.parse().ok()).collect();
        // user, nice, system, idle, iowait, irq, softirq, steal; guest times are in the first two already.
        let busy = ticks.iter().take(8).sum::<f64>() - ticks.iter().skip(3).take(2).sum::<f64>();
        Ok(Busy { busy, at: Instant::now() })
    }

    /// How many cores were busy on average. The kernel counts in hundredths of a second.
    pub(crate) fn cores_since(&self, earlier: &Busy) -> f64 {
        (self.busy - earlier.busy) / 100.0 / self.at.duration_since(earlier.at).as_secs_f64()
    }
}

/// Seconds of a core that the host of a virtual machine kept for others so far.
pub(crate) fn stolen() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/stat")?;
    let ticks = stat.lines().next().and_then(|all| all.split_whitespace().nth(8)?.parse::<f64>().ok());
    Ok(ticks.context("/proc/stat has no stolen time")? / 100.0)
}

/// The nice level of this session as a whole, where the kernel weighs sessions against each other (sched(7), "The autogroup feature").
pub(crate) fn of_session() -> Option<i32> {
    let is_on = fs::read_to_string("/proc/sys/kernel/sched_autogroup_enabled").is_ok_and(|is| is.trim() == "1");
    let told = fs::read_to_string("/proc/self/autogroup").ok().filter(|_| is_on)?;
    told.rsplit(' ').next()?.trim().parse().ok()
}

/// Resident memory of a process, kilobytes.
pub(crate) fn rss_kb(pid: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}

/// CPU time of the calling thread.
#[allow(unsafe_code)] // The thread clock has no safe wrapper among our dependencies.
pub(crate) fn thread_cpu_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes into one living timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1000.0 + time.tv_nsec as f64 / 1e6
}

/// What the kernel was told of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheduled {
    Ordinary,
    Nice(i32),
    RealTime,
}

/// How each thread of a process is scheduled (proc(5): fields 19 and 41 of `stat`).
pub(crate) fn scheduled(pid: u32) -> anyhow::Result<Vec<Scheduled>> {
    let mut all = Vec::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).context("the program has ended")? {
        let Ok(stat) = fs::read_to_string(task?.path().join("stat")) else { continue };
        // The name, the second field, may have anything in it.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<i32>().ok();
        all.push(match (field(41), field(19)) {
            (Some(libc::SCHED_FIFO | libc::SCHED_RR), _) => Scheduled::RealTime,
            (_, Some(nice)) if nice != 0 => Scheduled::Nice(nice),
            _ => Scheduled::Ordinary,
        });
    }
    Ok(all)
}

/// Gives all threads of this process real time.
///
/// # Errors
/// The system does not let it.
#[allow(unsafe_code)] // The call has no safe wrapper among our dependencies.
pub(crate) fn take_real_time(priority: i32) -> std::io::Result<()> {
    for task in fs::read_dir("/proc/self/task")? {
        let Some(task) = task?.file_name().to_str().and_then(|task| task.parse().ok()) else { continue };
        // SAFETY: all zeros are a whole `sched_param`, whose one field is set; the kernel reads it while it lives.
        let set = unsafe {
            let mut param: libc::sched_param = std::mem::zeroed();
            param.sched_priority = priority;
            libc::sched_setscheduler(task, libc::SCHED_RR | libc::SCHED_RESET_ON_FORK, &param)
        };
        if set != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}

/// The machine in a line.
pub(crate) fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .map_or("unknown CPU", |l| l.trim_start_matches(['\t', ' ', ':']));
    let count = cpus.lines().filter(|l| l.starts_with("processor")).count();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("Machine: {count} x {model}, Linux {}", kernel.trim())
}
