import Glibc

/// The process groups that a process has started, in memory that outlives it.
///
/// When a process is killed, those it started may die with it by a parent-death signal, but what those had started does not.
/// Whoever shares the memory ends that.
public final class RunningGroups {
  private let memory: SharedMemory

  /// The groups on a segment that both processes have.
  public init(_ memory: SharedMemory) { self.memory = memory }

  /// Kills every group that is noted, and forgets it. To be called as soon as the process that noted them has ended: the number of a
  /// group that nobody is in any more comes to mean another one some day.
  public func killAll() {
    for slot in slots.indices where slots[slot] > 1 {
      kill(-slots[slot], SIGKILL)
      slots[slot] = 0
    }
  }

  /// A place for the number of a group that is about to be started; `nil` when there is none left. Whoever takes it puts 0
  /// there when the group has ended or may stay.
  public func reserve() -> UnsafeMutablePointer<Int32>? {
    slots.firstIndex(of: 0).flatMap { free in slots.baseAddress.map { $0 + free } }
  }

  private var slots: UnsafeMutableBufferPointer<Int32> { memory.bytes.bindMemory(to: Int32.self) }
}
