import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// The supervisor's process.
public enum SupervisorMain {
  /// The lock file in the runtime directory that a service holds while it runs.
  public static let lockName = "supervisor.lock"
  /// What it holds in it.
  public static let lockKey = "supervisor"
  /// Those that the C library leaves to programs.
  private static let realTimeSignals: ClosedRange<Int32> = 34...64

  /// Runs the service until it is told to stop; the code to end with, one of ``ExitCode`` or that of the child that kept
  /// the service from starting.
  public static func run(_ options: SupervisorOptions) -> Int32 {
    let log = SupervisorLog(format: options.logFormat)
    do {
      return try run(options, log)
    } catch {
      log.write(.critical, error.description)
      return code(of: error).rawValue
    }
  }

  private static func run(_ options: SupervisorOptions, _ log: SupervisorLog) throws(SystemError) -> Int32 {
    RealTime.setProcessName("martlet")
    log.write(.notice, "\(options.program) starts with the configuration \(options.configurationPath)")
    try Signals.ignore(SIGPIPE)
    // keepalived's scripts send these for its data as JSON and the like; their default is to end the process.
    for signal in realTimeSignals { try Signals.ignore(signal) }
    let signals = try SignalReceiver([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2])
    let directory: RuntimeDirectory
    do throws(SystemError) {
      directory = try RuntimeDirectory(options.runtimeDirectory)
    } catch {
      log.write(.critical, "not started: \(error); name another one with --runtime-directory")
      return ExitCode.failure.rawValue
    }
    let lock = try AddressLocks(path: directory.path(of: lockName))
    guard try lock.acquire(lockKey.utf8) == .acquired else {
      log.write(.critical, "not started: another martlet runs with the runtime directory \(directory.path)")
      return ExitCode.alreadyServed.rawValue
    }
    let addressLocks = try openAddressLocks(beside: directory, log)
    let pidFile = try openPIDFile(options.pidFile)
    defer { pidFile?.remove() }
    let secondPIDFile = try openPIDFile(options.secondPIDFile)
    defer { secondPIDFile?.remove() }
    for note in options.notes { log.write(.debug, note) }
    let user = serviceUser(options, log)
    let control = ControlListener(path: directory.path(of: ControlRequest.socketName), log: log)
    _ = control.makeIfMissing()
    try dropCapabilities()
    let supervisor = try Supervisor(
      options: options, addressLocks: addressLocks, log: log, control: control, user: user)
    try supervisor.receive(signals)
    supervisor.start()
    while supervisor.exitCode == nil { try supervisor.turn() }
    try supervisor.endChildren(by: MonotonicClock.now() + .seconds(1))
    // The lock says that it is nobody else's.
    try? directory.remove(ControlRequest.socketName)
    withExtendedLifetime(lock) {}
    return supervisor.exitCode ?? ExitCode.failure.rawValue
  }

  private static func openPIDFile(_ path: String?) throws(SystemError) -> PIDFile? {
    guard let path else { return nil }
    return try PIDFile(path: path)
  }

  /// The file whose locks tell apart all martlets of one network namespace, whatever their runtime directories.
  ///
  /// One that another user's martlet made is used all the same where this process may open it: it is where that one's locks are.
  private static func openAddressLocks(
    beside directory: RuntimeDirectory, _ log: SupervisorLog
  ) throws(SystemError) -> AddressLocks {
    let name = LeftLockFiles.name(of: try NetworkNamespace.current())
    _ = try? RuntimeDirectory(SupervisorOptions.usualRuntimeDirectory)
    do throws(SystemError) {
      let locks = try AddressLocks.inUse(path: SupervisorOptions.usualRuntimeDirectory + "/" + name)
      LeftLockFiles.remove(from: SupervisorOptions.usualRuntimeDirectory, except: name)
      return locks
    } catch {
      log.write(
        .warning, "\(error): a martlet of another user that serves the same address here would not be noticed")
      return try AddressLocks(path: directory.path(of: name))
    }
  }

  /// Whom engine and prober become; `nil` if they stay who they are, which is said if that is root.
  private static func serviceUser(_ options: SupervisorOptions, _ log: SupervisorLog) -> UserIdentity? {
    guard geteuid() == 0 else { return nil }
    if let user = try? UserDatabase.lookup(options.user), user.userID != 0 { return user }
    log.write(
      .notice,
      "there is no user \(options.user), so all processes stay root, without the rights that they do not need; "
        + "`systemd-sysusers` makes the user")
    return nil
  }

  /// Keeps what withdrawing and signalling the children needs. The bounding set stays, since scripts that run as root
  /// may need what the service was started with.
  ///
  /// A service that is not root has only what the service manager chose, as ambient capabilities; its children inherit
  /// them and drop their own share.
  private static func dropCapabilities() throws(SystemError) {
    guard geteuid() == 0 else { return }
    try Capabilities.drop(
      keeping: [
        .networkAdministration, .rawNetwork, .kill, .setUser, .setGroup, .setCapabilities, .scheduling, .fileAccess,
      ],
      bounding: .all)
  }

  private static func code(of error: SystemError) -> ExitCode {
    switch error.errno {
    case EPERM: .missingCapability
    default: .failure
    }
  }
}

extension Supervisor {
  /// Listens to the signals that the service is steered by.
  func receive(_ signals: SignalReceiver) throws(SystemError) {
    _ = try reactor.watch(signals.rawValue, for: .readable) { [unowned self] _ in
      // Signals of one number coalesce in the kernel, so there are never more than there are numbers.
      while let received = try? signals.next() {
        switch received.signal {
        case SIGTERM, SIGINT: happened(.stopRequested)
        case SIGHUP: happened(.reloadRequested(nil))
        default:
          log.write(
            .info,
            "signal \(received.signal) is ignored: keepalived writes its data to files for it, and martlet shows its own "
              + "by `martlet status`")
        }
      }
    }
  }
}
