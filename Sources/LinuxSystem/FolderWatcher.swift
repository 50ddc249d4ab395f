import Glibc

/// Watcher of files that are written, moved or removed in some folders, and of writes into some files (inotify(7)).
public final class FolderWatcher {
  /// Change of a file.
  public struct Change: Sendable, Hashable {
    /// Kind of change.
    public enum Kind: Sendable, Hashable {
      /// A file was created. Its content may follow.
      case created
      /// A file is being written by a process that has it open.
      case beingWritten
      /// A process closed a file that it had open for writing.
      case written
      /// A file was moved or removed, or the folder itself is gone.
      case moved
    }

    /// Number of the watched folder or file, from ``watch(_:)`` or ``watch(file:)``.
    public let watch: Int32
    /// Name of the file in the folder; empty for the watched folder or file itself.
    public let name: String
    /// Kind of the change.
    public let kind: Kind
  }

  private let descriptor: FileDescriptor

  /// A watcher that watches nothing yet.
  public init() throws(SystemError) {
    let fd = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard fd >= 0 else { throw SystemError(operation: "watch folders", errno: errno) }
    descriptor = FileDescriptor(owning: fd)
  }

  /// Descriptor to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Watches a folder. A folder that is already watched keeps its number.
  public func watch(_ path: String) throws(SystemError) -> Int32 {
    try watch(
      path,
      IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
  }

  /// Watches writes into the file at `path`. A file that is already watched keeps its number.
  public func watch(file path: String) throws(SystemError) -> Int32 { try watch(path, IN_MODIFY | IN_CLOSE_WRITE) }

  private func watch(_ path: String, _ events: Int32) throws(SystemError) -> Int32 {
    let number = inotify_add_watch(descriptor.rawValue, path, UInt32(events))
    guard number >= 0 else { throw SystemError(operation: "watch", errno: errno, object: path) }
    return number
  }

  /// Stops watching a folder or a file. The kernel has done so itself for one that is gone.
  public func unwatch(_ number: Int32) { inotify_rm_watch(descriptor.rawValue, number) }

  /// Waiting changes, at most a buffer full, so none if the list is empty; `nil` if the kernel's queue overflowed, so
  /// that anything may have changed.
  public func changes() throws(SystemError) -> [Change]? {
    try withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { (buffer) throws(SystemError) in
      guard case .bytes(let count) = try descriptor.read(into: buffer) else { return [] }
      return Self.changes(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Changes in a buffer that the kernel wrote.
  static func changes(in bytes: UnsafeRawBufferPointer) -> [Change]? {
    // struct inotify_event: watch, mask, cookie, length of the name that follows, padded with zeros.
    let header = MemoryLayout<inotify_event>.size
    var changes: [Change] = []
    var position = 0
    while bytes.count - position >= header {
      let event = bytes.loadUnaligned(fromByteOffset: position, as: inotify_event.self)
      if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return nil }
      let end = position + header + Int(event.len)
      guard end <= bytes.count else { break }
      let name = bytes[(position + header)..<end].prefix { $0 != 0 }
      changes.append(Change(watch: event.wd, name: String(decoding: name, as: UTF8.self), kind: kind(of: event.mask)))
      position = end
    }
    return changes
  }

  private static func kind(of mask: UInt32) -> Change.Kind {
    switch mask & UInt32(IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE) {
    case UInt32(IN_CREATE): .created
    case UInt32(IN_MODIFY): .beingWritten
    case UInt32(IN_CLOSE_WRITE): .written
    default: .moved
    }
  }
}
