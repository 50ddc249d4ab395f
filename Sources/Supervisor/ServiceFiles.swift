import ControlModel
import Glibc
import LinuxSystem

/// Files of a running service: its runtime directory with the lock that keeps a second service out, and the file with
/// the locks of the addresses.
///
/// In a service started by root they belong to root, so that no process of the service's user, even a compromised one,
/// can lock them or keep them open and so prevent a start. Engine and prober need only the open file with the
/// addresses' locks.
struct ServiceFiles {
  let directory: RuntimeDirectory
  /// Lock that is held as long as the service runs.
  private(set) var serviceLock: AddressLocks
  let addressLocks: AddressLocks

  /// Reason for which a service does not start: its exit code and log line.
  struct Refusal: Error, Equatable {
    var code: ExitCode
    var text: String
  }

  /// Opens and locks the files.
  init(_ options: SupervisorOptions, _ log: SupervisorLog) throws(Refusal) {
    do {
      directory = try RuntimeDirectory(options.runtimeDirectory)
      serviceLock = try directory.locks(ServiceLock.file)
    } catch {
      throw Refusal(code: .failure, text: "not started: \(error); \(Self.advice(on: error, options.commandLine))")
    }
    do {
      let refusal = Refusal(
        code: .alreadyServed,
        text: "not started: another martlet runs with the runtime directory \(directory.path)"
          + options.commandLine.explanationOfRuntimeDirectory)
      guard try serviceLock.acquire(ServiceLock.key.utf8) == .acquired else { throw refusal }
      if directory.isOthers, directory.takeOver() {
        // Processes of that user may have the lock file open, and could lock it at any time.
        try directory.remove(ServiceLock.file)
        serviceLock = try directory.locks(ServiceLock.file)
        guard try serviceLock.acquire(ServiceLock.key.utf8) == .acquired else { throw refusal }
      }
      addressLocks = try Self.openAddressLocks(beside: directory, log)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(code: .failure, text: "not started: \(error)")
    }
  }

  /// File with the locks of all martlets in one network namespace, whatever their runtime directories.
  private static func openAddressLocks(
    beside directory: RuntimeDirectory, _ log: SupervisorLog
  ) throws(SystemError) -> AddressLocks {
    let name = UnusedLockFiles.name(of: try NetworkNamespace.current())
    do throws(SystemError) {
      let isUsual = directory.path == SupervisorOptions.usualRuntimeDirectory
      let usual = isUsual ? directory : try RuntimeDirectory(SupervisorOptions.usualRuntimeDirectory)
      if geteuid() == 0, !usual.isOthers { Self.removeLocks(ofOthersFrom: usual.path(of: name)) }
      let locks = try AddressLocks.inUse(path: usual.path(of: name)) { () throws(SystemError) in try usual.locks(name) }
      UnusedLockFiles.remove(from: usual.path, except: name)
      return locks
    } catch {
      log.write(
        .warning, "\(error): a martlet of another user that serves the same address here would not be noticed")
      return try directory.locks(name)
    }
  }

  /// Removes a lock file that another user made in a directory that is now root's, unless it is in use.
  private static func removeLocks(ofOthersFrom path: String) {
    var status = stat()
    if lstat(path, &status) == 0, status.st_uid != 0 { AddressLocks.removeUnused(path: path) }
  }

  /// Advice for a directory or lock file that cannot be used.
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
