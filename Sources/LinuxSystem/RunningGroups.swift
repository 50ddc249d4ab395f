import Glibc

/// Process groups that a process has started, in memory that outlives it.
///
/// When a process is killed, a parent-death signal may end the processes that it started, but not those that these had
/// started. A process that shares the memory ends them.
public final class RunningGroups {
  private let memory: SharedMemory

  /// Groups in a segment that both processes have mapped.
  public init(_ memory: SharedMemory) { self.memory = memory }

  /// Kills every recorded group and removes it from the record. Must be called as soon as the process that recorded
  /// them has ended, since the number of an empty group may come to mean another group.
  public func killAll() {
    for slot in slots.indices where slots[slot] > 1 {
      kill(-slots[slot], SIGKILL)
      slots[slot] = 0
    }
  }

  /// Place for the number of a group that is about to be started; `nil` if there is none left. The caller writes 0 to
  /// it when the group has ended or may outlive the process.
  public func reserve() -> UnsafeMutablePointer<Int32>? {
    slots.firstIndex(of: 0).flatMap { free in slots.baseAddress.map { $0 + free } }
  }

  private var slots: UnsafeMutableBufferPointer<Int32> { memory.bytes.bindMemory(to: Int32.self) }
}
