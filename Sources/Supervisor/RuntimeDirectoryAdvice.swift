import ControlModel
import Glibc

extension ServiceCommandLine {
  /// Advice for a runtime directory that cannot be made or used, as a clause. keepalived's options choose only its
  /// name.
  func adviceOnRuntimeDirectory(errno reason: Int32) -> String {
    let hasNoRoom = [EROFS, ENOENT, ENOSPC, ENOTDIR].contains(reason)
    return switch self {
    case .martlet where hasNoRoom:
      "make /run a file system that can be written, or name another one with --runtime-directory"
    case .martlet: "name another one with --runtime-directory"
    case .keepalived where hasNoRoom: "make /run a file system that can be written"
    case .keepalived: "the name of another PID file (--pid) leads to another one"
    }
  }

  /// Origin of a runtime directory that was not chosen, to follow its path.
  var explanationOfRuntimeDirectory: String {
    switch self {
    case .martlet: ""
    case .keepalived: ", which the name of the PID file leads to; a second one needs another (--pid)"
    }
  }
}
