import Glibc

/// Tells of files that were written, moved or removed in some folders (inotify(7)).
public final class FolderWatcher {
  /// What happened.
  public struct Change: Sendable, Hashable {
    /// The watched folder, as ``watch(_:)`` numbered it.
    public let folder: Int32
    /// The name of the file in it; empty for the folder itself.
    public let name: String
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
    let events =
      IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
    let folder = inotify_add_watch(descriptor.rawValue, path, UInt32(events))
    guard folder >= 0 else { throw SystemError(operation: "watch folder", errno: errno, object: path) }
    return folder
  }

  /// Forgets a folder; one that is gone was forgotten by the kernel.
  public func unwatch(_ folder: Int32) { inotify_rm_watch(descriptor.rawValue, folder) }

  /// The changes that wait, at most a buffer full of them; `nil` in a list that overflowed, when anything may have changed.
  public func changes() throws(SystemError) -> [Change]? {
    try withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { (buffer) throws(SystemError) in
      guard case .bytes(let count) = try descriptor.read(into: buffer) else { return [] }
      return Self.changes(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private static func changes(in bytes: UnsafeRawBufferPointer) -> [Change]? {
    // struct inotify_event: folder, mask, cookie, length of the name that follows, filled up with zeros.
    let header = MemoryLayout<inotify_event>.size
    var changes: [Change] = []
    var position = 0
    while bytes.count - position >= header {
      let event = bytes.loadUnaligned(fromByteOffset: position, as: inotify_event.self)
      if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return nil }
      let end = position + header + Int(event.len)
      guard end <= bytes.count else { break }
      let name = bytes[(position + header)..<end].prefix { $0 != 0 }
      changes.append(Change(folder: event.wd, name: String(decoding: name, as: UTF8.self)))
      position = end
    }
    return changes
  }
}
