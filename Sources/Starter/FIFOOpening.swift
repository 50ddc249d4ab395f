import ControlModel
import Glibc
import LinuxSystem

/// Opening of a FIFO of the configuration: makes it if it is missing, gives it to its owner, and opens it.
struct FIFOOpening {
  struct Opened: ~Copyable {
    let descriptor: FileDescriptor
    /// True if this opening made the FIFO.
    let isNew: Bool
  }

  private let fifo: CommandTable.FIFO
  private let identities: ScriptIdentities

  init(_ fifo: CommandTable.FIFO, identities: ScriptIdentities) {
    self.fifo = fifo
    self.identities = identities
  }

  /// Opens the FIFO for reading as well, so that a missing reader is no error.
  func open() throws(StartRefusal) -> Opened {
    var isNew = false
    if mkfifo(fifo.path, 0o600) == 0 {
      isNew = true
    } else if errno != EEXIST {
      throw StartRefusal(description: "cannot be made: \(SystemError.reason(errno))")
    }
    let descriptor: FileDescriptor
    do {
      descriptor = try FileDescriptor.open(fifo.path, flags: O_RDWR | O_NONBLOCK | O_NOFOLLOW)
    } catch {
      throw StartRefusal(
        description: error.errno == ELOOP
          ? "is a symbolic link" : "cannot be opened: \(SystemError.reason(error.errno))")
    }
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0 else {
      throw StartRefusal(description: "cannot be inspected: \(SystemError.reason(errno))")
    }
    guard status.st_mode & S_IFMT == S_IFIFO else { throw StartRefusal(description: "is not a FIFO") }
    if isNew { try giveAway(descriptor.rawValue) } else { try checkWriters(status) }
    return Opened(descriptor: descriptor, isNew: isNew)
  }

  /// Removes a FIFO. Any other kind of file at its path is left alone.
  static func remove(_ fifo: CommandTable.FIFO) {
    var status = stat()
    guard lstat(fifo.path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
    unlink(fifo.path)
  }

  /// Refuses an existing FIFO that other users can write to, since they could forge notifications.
  private func checkWriters(_ status: stat) throws(StartRefusal) {
    if status.st_mode & 0o002 != 0 {
      throw StartRefusal(
        description: "can be written by everyone (mode \(String(status.st_mode & 0o777, radix: 8)))")
    }
    let configured = (try? identities.identity(for: fifo.owner))?.userID
    guard status.st_uid == 0 || status.st_uid == geteuid() || status.st_uid == configured else {
      throw StartRefusal(description: "belongs to user \(status.st_uid), who could forge notifications")
    }
  }

  private func giveAway(_ fd: Int32) throws(StartRefusal) {
    // Without root's rights, a FIFO for which no owner is configured keeps the user of this process.
    guard fifo.owner != nil || geteuid() == 0 else { return }
    let identity = try identities.identity(for: fifo.owner)
    if identity.userID == geteuid(), identity.groupID == getegid() { return }
    guard fchown(fd, identity.userID, identity.groupID) == 0 else {
      throw StartRefusal(description: "cannot be given to \(identity.name): \(SystemError.reason(errno))")
    }
  }
}
