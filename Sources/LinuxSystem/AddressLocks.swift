import CLinux
import Glibc
import NetworkTypes

/// Locks by which two martlets on one host notice that both would claim the same address, or the same interface for a
/// virtual MAC address: one lock for each in one lock file.
///
/// The locks belong to the open file description (F_OFD_SETLK) and not to a process. Engines that inherit the
/// descriptor one after the other share them, so that no lock is released in a hand-over, while the locks of another
/// supervisor are in conflict.
public final class AddressLocks {
  /// Result of taking a lock.
  public enum Outcome: Sendable, Hashable {
    /// This daemon has the lock.
    case acquired
    /// Another martlet has the lock.
    case held
  }

  private let descriptor: FileDescriptor

  /// Opens the lock file, creating it (mode 0600) if it is missing. A symbolic link is refused.
  public convenience init(path: String) throws(SystemError) {
    let fd = try checked(clinux_open(path, clinux_open_flags_lock_file(), 0o600), "open lock file", path)
    self.init(FileDescriptor(owning: fd))
  }

  /// Uses a lock file that is open already, with the locks taken through it.
  public init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  /// Descriptor to map into a child.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Takes the lock for `key`. Taking it again through the same file description succeeds.
  public func acquire(_ key: some Sequence<UInt8>) throws(SystemError) -> Outcome {
    let result = clinux_ofd_lock(descriptor.rawValue, Self.offset(of: key))
    if result == -EAGAIN || result == -EACCES { return .held }
    try checked(result, "lock address")
    return .acquired
  }

  /// Same as ``acquire(_:)``, but tries again until `limit` while another martlet has the lock.
  public func acquire(_ key: some Sequence<UInt8>, until limit: MonotonicInstant) throws(SystemError) -> Outcome {
    var outcome = try acquire(key)
    while outcome == .held, MonotonicClock.now() < limit {
      poll(nil, 0, 10)
      outcome = try acquire(key)
    }
    return outcome
  }

  /// Whether another process has the lock for `key` in the lock file at `path`, or any lock in it if `key` is `nil`;
  /// `nil` if there is no such file or it cannot be opened. Nothing is created or changed.
  public static func isHeld(_ key: String?, at path: String) -> Bool? {
    guard let file = try? FileDescriptor.open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return nil }
    let answer = clinux_ofd_is_locked(file.rawValue, key.map { offset(of: $0.utf8) } ?? 0, key == nil ? 0 : 1)
    return answer < 0 ? nil : answer > 0
  }

  /// Releases the lock for `key`.
  public func release(_ key: some Sequence<UInt8>) throws(SystemError) {
    try checked(clinux_ofd_unlock(descriptor.rawValue, Self.offset(of: key)), "unlock address")
  }

  /// Offset of a key's byte in the file: FNV-1a of all bytes but the last in the upper bits, without the sign bit, and
  /// the last byte in the lowest eight; at most one less than the greatest offset.
  ///
  /// Keys that differ in the last byte alone lie side by side, and the kernel keeps locks that touch as one. It looks
  /// through all locks of a file for each new one, so thousands of single ones would take seconds.
  static func offset(of key: some Sequence<UInt8>) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var last: UInt8 = 0
    for byte in key {
      hash = (hash ^ UInt64(last)) &* 0x100_0000_01B3
      last = byte
    }
    return min(Int64(hash >> 9) << 8 | Int64(last), Int64.max - 1)
  }
}
