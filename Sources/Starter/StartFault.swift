import Glibc
import LinuxSystem

extension SystemError {
  /// Reason for which a command cannot be run, as a clause for status and log lines.
  var reasonNotRun: String {
    let reason = SystemError.reason(errno)
    switch operation {
    case "execute": return "cannot run: \(reason)"
    case ChildProcess.changeOfUser where errno == EPERM:
      return "cannot run: martlet may not start it as another user (this takes root, or CAP_SETUID and CAP_SETGID)"
    default: return "cannot run: martlet cannot \(operation) it (\(reason))"
    }
  }
}
