import Glibc

/// Tells of files that were written, moved or removed in some folders, and of what is written into some files (inotify(7)).
public final class FolderWatcher {
  /// What happened.
  public struct Change: Sendable, Hashable {
    /// What kinds of things happen.
    public enum Kind: Sendable, Hashable {
      /// Something has a name that had none. What it holds may be still to come.
      case created
      /// Something is being written into a file, by a writer who has it open.
      case beingWritten
      /// A writer has closed a file.
      case written
      /// Something was moved to a name or from it, or removed, or the folder is gone itself.
      case moved
    }

    /// The watched folder or file, as ``watch(_:)`` and ``watch(file:)`` numbered it.
    public let watch: Int32
    /// The name of the file in the folder; empty for what is watched itself.
    public let name: String
    /// What happened.
    public let kind: Kind
  }

  private let descriptor: FileDescriptor

  /// A watcher that watches nothing yet.
  public init() throws(SystemError) {
    let fd = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard fd >= 0 else { throw SystemError(operation: "watch folders", errno: errno) }
    descriptor = FileDescriptor(owning: fd)
  }

  /// The number to watch for readability.
  public var rawValue: Int32 { descriptor.rawValue }

  /// Watches a folder; one that is watched already keeps its number.
  public func watch(_ path: String) throws(SystemError) -> Int32 {
    try watch(
      path,
      IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
  }

  /// Watches what is written into the file that a path leads to now; one that is watched already keeps its number.
  public func watch(file path: String) throws(SystemError) -> Int32 { try watch(path, IN_MODIFY | IN_CLOSE_WRITE) }

  private func watch(_ path: String, _ events: Int32) throws(SystemError) -> Int32 {
    let number = inotify_add_watch(descriptor.rawValue, path, UInt32(events))
    guard number >= 0 else { throw SystemError(operation: "watch", errno: errno, object: path) }
    return number
  }

  /// Forgets a folder or a file; one that is gone was forgotten by the kernel.
  public func unwatch(_ number: Int32) { inotify_rm_watch(descriptor.rawValue, number) }

  /// The changes that wait, at most a buffer full of them, so none if the list is empty; `nil` if the list overflowed, when anything
  /// may have changed.
  public func changes() throws(SystemError) -> [Change]? {
    try withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { (buffer) throws(SystemError) in
      guard case .bytes(let count) = try descriptor.read(into: buffer) else { return [] }
      return Self.changes(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// What the kernel wrote into a buffer.
  static func changes(in bytes: UnsafeRawBufferPointer) -> [Change]? {
    // struct inotify_event: watch, mask, cookie, length of the name that follows, filled up with zeros.
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
