import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Access to tracked files with the rights of a certain user.
protocol TrackedFileAccess {
  /// Opens the file to which a tracked file's path leads.
  func open(
    _ file: TrackedFileDefinition, refusesLinks: Bool
  ) throws(TrackedPath.Refusal) -> TrackedPath.Target
  /// Writes the initial number of a file that has one (`init_file`).
  func initialize(_ file: TrackedFileDefinition, overwrites: Bool) throws(SystemError)
}

/// Access with this process's own rights.
struct OwnFileAccess: TrackedFileAccess {
  func open(
    _ file: TrackedFileDefinition, refusesLinks: Bool
  ) throws(TrackedPath.Refusal) -> TrackedPath.Target {
    try TrackedPath.open(file.path, refusesLinks: refusesLinks)
  }

  func initialize(_ file: TrackedFileDefinition, overwrites: Bool) throws(SystemError) {
    guard let value = file.initialValue else { return }
    try InitialNumber.write(Int(value), to: file.path, overwrites: overwrites)
  }
}

/// Access through the starter, which reads as root, if this process's own rights do not suffice. The starter follows no
/// link of another user, even if the configuration allows it. The starter always writes the initial number, so that the
/// file has the same owner as under keepalived.
///
/// This process waits for the answer, since a look needs a result; not for long, as the starter may wait for a disk.
struct StarterFileAccess: TrackedFileAccess {
  private static let patience = Nanoseconds.milliseconds(100)

  let launcher: CommandLauncher

  func open(
    _ file: TrackedFileDefinition, refusesLinks: Bool
  ) throws(TrackedPath.Refusal) -> TrackedPath.Target {
    do throws(TrackedPath.Refusal) {
      return try TrackedPath.open(file.path, refusesLinks: refusesLinks)
    } catch {
      guard error == .system(EACCES) || error == .system(EPERM), let place = launcher.place(of: file),
        let answer = launcher.starter.answer(
          within: Self.patience, to: { .openFile($0, table: launcher.table, file: place) })
      else { throw error }
      switch answer.reply {
      case .file:
        guard let descriptor = answer.takeDescriptor() else { throw error }
        return TrackedPath.Target(file: descriptor, strangersLink: nil)
      case .fileRefused(_, let refusal): throw TrackedPath.Refusal(refusal)
      default: throw error
      }
    }
  }

  func initialize(_ file: TrackedFileDefinition, overwrites: Bool) throws(SystemError) {
    guard let place = launcher.place(of: file) else { return }
    let answer = launcher.starter.answer(
      within: Self.patience, to: { .writeFile($0, table: launcher.table, file: place, overwrites: overwrites) })
    switch answer?.reply {
    case .written(_, 0): return
    case .written(_, let error): throw SystemError(operation: "initialize", errno: error, object: file.path)
    default: throw SystemError(operation: "initialize", errno: ETIMEDOUT, object: file.path)
    }
  }
}

extension TrackedPath.Refusal {
  init(_ refusal: StartReply.FileRefusal) {
    switch refusal {
    case .system(let number): self = .system(number)
    case .notRegular: self = .notRegular
    case .kernels(let name): self = .kernels(name)
    case .link(let words): self = .link(words)
    }
  }
}
