import CLinux
import Synchronization

/// Process IDs of the ``ChildProcess`` objects that have not been reaped.
enum StartedProcesses {
  private static let numbers = Mutex<Set<Int32>>([])

  static func add(_ number: Int32) { numbers.withLock { _ = $0.insert(number) } }
  static func remove(_ number: Int32) { numbers.withLock { _ = $0.remove(number) } }
  static func contain(_ number: Int32) -> Bool { numbers.withLock { $0.contains(number) } }
}

/// Children of this process that it did not start. Processes whose parent has ended become children of process 1 or of
/// the nearest subreaper (prctl(2)), and a program keeps the children that its process had before it was executed. When
/// they end, they stay zombies until this process reaps them.
///
/// To be used on the thread that starts this process's own children, since a child that is just being started looks
/// like an orphan.
public struct Orphans {
  /// Most orphans reaped at once, so that the caller can go on.
  public static let mostAtOnce = 64

  /// Whether a child may have ended. There may be some before the first signal.
  private var mayWait = true

  /// None reaped yet.
  public init() {}

  /// Records that a child has ended (SIGCHLD), an orphan or one of this process's own.
  public mutating func childHasEnded() { mayWait = true }

  /// Reaps the orphans that have ended, at most ``mostAtOnce``, but no child with a ``ChildProcess``.
  ///
  /// Such a child hides the orphans behind it until it has been reaped, as its pidfd signals; then call this again.
  /// - Returns: Whether there may be more at once.
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
