import CLinux
import Synchronization

/// The processes of ``ChildProcess`` that nobody has reaped yet, by number.
enum StartedProcesses {
  private static let numbers = Mutex<Set<Int32>>([])

  static func add(_ number: Int32) { numbers.withLock { _ = $0.insert(number) } }
  static func remove(_ number: Int32) { numbers.withLock { _ = $0.remove(number) } }
  static func contain(_ number: Int32) -> Bool { numbers.withLock { $0.contains(number) } }
}

/// Children of this process that it did not start: what their parents left behind comes to process 1 or to the nearest subreaper
/// (prctl(2)), and a program keeps what its process had started before it executed it. When they end they stay as zombies until
/// this process asks for them.
///
/// To be used by the one thread that starts this process's own children: one that is just being started is no orphan.
public struct Orphans {
  /// Reaped at a time, so that the caller has its turn whatever ends.
  public static let mostAtOnce = 64

  /// Before the first signal there may be some already.
  private var mayWait = true

  /// None reaped yet.
  public init() {}

  /// Notes that a child has ended (SIGCHLD), be it one's own or an orphan.
  public mutating func childHasEnded() { mayWait = true }

  /// Reaps the orphans that have ended, at most ``mostAtOnce``, and no child that a ``ChildProcess`` stands for.
  ///
  /// One of those hides the orphans behind it until it has been reaped, which its pidfd calls for; then this is to be called again.
  /// - Returns: whether there may be more at once.
  public mutating func reap() -> Bool {
    guard mayWait else { return false }
    for _ in 0..<Self.mostAtOnce {
      let number = clinux_ended_child()
      guard number > 0 else {
        mayWait = false
        return false
      }
      guard !StartedProcesses.contain(number), clinux_forget_child(number) == 0 else { return false }
    }
    return true
  }
}
