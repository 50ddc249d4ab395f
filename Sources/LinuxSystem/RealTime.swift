import CLinux
import Glibc

/// Settings that make a process punctual. Each call stands alone, so that a caller can go on if one is refused.
public enum RealTime {
  /// Runs the calling thread before all ordinary ones (SCHED_RR, priority 1 to 99); children start as ordinary ones
  /// when `resetOnFork`. Needs CAP_SYS_NICE or RLIMIT_RTPRIO.
  public static func useRoundRobin(priority: Int32, resetOnFork: Bool = true) throws(SystemError) {
    try checked(clinux_set_round_robin(priority, resetOnFork), "use real-time scheduling")
  }

  /// Whether the calling thread runs under SCHED_RR.
  public static var isRoundRobin: Bool { clinux_scheduling_policy() == clinux_policy_round_robin() }

  /// Keeps the process's present and later memory from being paged out. Needs CAP_IPC_LOCK or RLIMIT_MEMLOCK.
  public static func lockMemory() throws(SystemError) {
    try checked(clinux_lock_memory(), "lock memory")
  }

  /// Sets how late, in nanoseconds, the kernel may wake the calling thread in order to save wake-ups; 1 is the least.
  public static func setTimerSlack(nanoseconds: UInt) throws(SystemError) {
    try checked(clinux_set_timer_slack(nanoseconds), "set timer slack")
  }

  /// Sets oom_score_adj (proc(5)) to 0 if it is negative, so that the kernel does not spare this process and its
  /// children when memory runs out. A value above 0 stays.
  public static func endOutOfMemoryProtection() throws(SystemError) {
    let path = "/proc/self/oom_score_adj"
    let file = try FileDescriptor.open(path, flags: O_RDWR)
    var text = [UInt8](repeating: 0, count: 16)
    let count = read(file.rawValue, &text, text.count)
    guard count > 0, text[0] == UInt8(ascii: "-") else { return }
    do {
      _ = try file.write(Array("0".utf8))
    } catch {
      throw SystemError(operation: "write", errno: error.errno, object: path)
    }
  }

  /// Sets the name in ps and top, at most 15 bytes. A process that was called by the name of keepalived keeps that
  /// name, since scripts look for it (`killall -0 keepalived`).
  public static func setProcessName(_ name: String) {
    _ = clinux_set_process_name(ProgramName.shown(name, called: CommandLine.arguments.first ?? ""))
  }

  /// Returns the files under /proc/self to the process's user, who loses them with a change of user.
  public static func showToOwner() { _ = clinux_set_dumpable() }

  /// Sets the signal that the calling process gets when the thread that started it ends.
  public static func setParentDeathSignal(_ signal: Int32) throws(SystemError) {
    try checked(clinux_set_parent_death_signal(signal), "set parent-death signal")
  }
}
