import Glibc
import LinuxSystem

/// The process groups of the checks that run, in memory that outlives this process.
///
/// When a prober is killed its checks' scripts die with it, but what those had started does not. The next prober ends that
/// before it starts a copy of its own.
final class RunningGroups {
  private let memory: SharedMemory

  /// The groups on a segment that the supervisor gives to one prober after the other.
  init(_ memory: SharedMemory) { self.memory = memory }

  /// Kills what the prober before this one left, and forgets it.
  func killLeftovers() {
    for slot in slots.indices where slots[slot] > 1 {
      // The group's number cannot have come to mean another group while anybody is in it.
      kill(-slots[slot], SIGKILL)
      slots[slot] = 0
    }
  }

  /// A place for the number of a group that is about to be started; `nil` when there is none left. Whoever takes it puts 0
  /// there when the group has ended or may stay.
  func reserve() -> UnsafeMutablePointer<Int32>? {
    slots.firstIndex(of: 0).flatMap { free in slots.baseAddress.map { $0 + free } }
  }

  private var slots: UnsafeMutableBufferPointer<Int32> { memory.bytes.bindMemory(to: Int32.self) }
}
