import ControlModel
import Glibc
import LinuxSystem

/// What a service holds in the file system while it runs: its runtime directory with the lock that keeps a second one out of it, and
/// the file with the locks of the addresses.
struct ServiceFiles {
  let directory: RuntimeDirectory
  /// Held as long as the service runs.
  let serviceLock: AddressLocks
  let addressLocks: AddressLocks

  /// Why a service does not start: the code to end with, and the line for the log.
  struct Refusal: Error, Equatable {
    var code: ExitCode
    var text: String
  }

  /// Opens and locks them.
  init(_ options: SupervisorOptions, _ log: SupervisorLog) throws(Refusal) {
    do {
      directory = try Self.open(options.runtimeDirectory, options.user)
      serviceLock = try directory.locks(SupervisorMain.lockName)
    } catch {
      throw Refusal(code: .failure, text: "not started: \(error); \(Self.advice(on: error, options.commandLine))")
    }
    do {
      guard try serviceLock.acquire(SupervisorMain.lockKey.utf8) == .acquired else {
        throw Refusal(
          code: .alreadyServed,
          text: "not started: another martlet runs with the runtime directory \(directory.path)"
            + options.commandLine.explanationOfRuntimeDirectory)
      }
      addressLocks = try Self.openAddressLocks(beside: directory, options.user, log)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(code: .failure, text: "not started: \(error)")
    }
  }

  /// One that root makes in the usual place belongs to the service's user, as the one that systemd-tmpfiles makes.
  private static func open(_ path: String, _ user: String) throws(SystemError) -> RuntimeDirectory {
    let isUsual = path.hasPrefix(SupervisorOptions.usualRuntimeDirectory)
    guard isUsual, geteuid() == 0, access(path, F_OK) != 0 else { return try RuntimeDirectory(path) }
    return try RuntimeDirectory(path, createdFor: try? UserDatabase.lookup(user))
  }

  /// The file whose locks tell apart all martlets of one network namespace, whatever their runtime directories.
  private static func openAddressLocks(
    beside directory: RuntimeDirectory, _ user: String, _ log: SupervisorLog
  ) throws(SystemError) -> AddressLocks {
    let name = LeftLockFiles.name(of: try NetworkNamespace.current())
    do throws(SystemError) {
      let isUsual = directory.path == SupervisorOptions.usualRuntimeDirectory
      let usual = isUsual ? directory : try open(SupervisorOptions.usualRuntimeDirectory, user)
      let locks = try AddressLocks.inUse(path: usual.path(of: name)) { () throws(SystemError) in try usual.locks(name) }
      LeftLockFiles.remove(from: usual.path, except: name)
      return locks
    } catch {
      log.write(
        .warning, "\(error): a martlet of another user that serves the same address here would not be noticed")
      return try directory.locks(name)
    }
  }

  /// What to do when a directory or a lock file cannot be used.
  private static func advice(on error: SystemError, _ commandLine: ServiceCommandLine) -> String {
    var status = stat()
    guard [EACCES, EPERM].contains(error.errno), lstat(error.object, &status) == 0, status.st_uid != geteuid() else {
      return commandLine.adviceOnRuntimeDirectory(errno: error.errno)
    }
    let owner = (try? UserDatabase.lookup(userID: status.st_uid).name) ?? "\(status.st_uid)"
    let starter = status.st_uid == 0 ? "as root" : "as \(owner) or as root"
    return "it is \(owner)'s: start this one \(starter), or remove it when no martlet runs"
  }
}
