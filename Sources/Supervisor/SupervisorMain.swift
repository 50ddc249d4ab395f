import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes

/// Process of the supervisor.
package enum SupervisorMain {
  /// Runs the service until it is told to stop. Returns the code to end with, one of `ExitCode` or that of the child
  /// that kept the service from starting.
  package static func run(_ options: SupervisorOptions) -> Int32 {
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
    // keepalived's scripts send these to get its data as JSON and the like. Their default action is to end the process.
    for signal in Signals.realTime { try Signals.ignore(signal) }
    let signals = try SignalReceiver([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD])
    if let path = options.logFile { log.open(file: path) }
    for note in options.notes { log.write(note) }
    let files: ServiceFiles
    do throws(ServiceFiles.Refusal) {
      files = try ServiceFiles(options, log)
    } catch {
      log.write(.critical, error.text)
      return error.code.rawValue
    }
    let pidFiles: [PIDFile]
    do throws(ServiceFiles.Refusal) {
      pidFiles = try PIDFile.all(of: options)
    } catch {
      log.write(.critical, error.text)
      return error.code.rawValue
    }
    defer { for file in pidFiles { file.remove() } }
    let user = serviceUser(options, log)
    let control = ControlListener(path: files.directory.path(of: ControlRequest.socketName), log: log)
    _ = control.makeIfMissing()
    try dropCapabilities()
    let supervisor = try Supervisor(
      options: options, addressLocks: files.addressLocks, log: log, control: control, user: user)
    supervisor.orphans = Orphans()
    try supervisor.receive(signals)
    supervisor.start()
    while supervisor.exitCode == nil { try supervisor.turn() }
    try supervisor.endChildren(by: MonotonicClock.now() + .seconds(1))
    // The lock shows that the socket belongs to no other service.
    try? files.directory.remove(ControlRequest.socketName)
    withExtendedLifetime(files) {}
    return supervisor.exitCode ?? ExitCode.failure.rawValue
  }

  /// User that engine and prober switch to; `nil` if they keep the present user, which is logged if that is root.
  private static func serviceUser(_ options: SupervisorOptions, _ log: SupervisorLog) -> UserIdentity? {
    guard geteuid() == 0 else { return nil }
    if let user = try? UserDatabase.lookup(options.user), user.userID != 0 { return user }
    log.write(
      .notice,
      "there is no user \(options.user), so all processes stay root, without the rights that they do not need; "
        + "`systemd-sysusers` makes the user")
    return nil
  }

  /// Keeps the capabilities that withdrawing and signalling the children need, and access to files, since the control
  /// socket may be made later in a directory of the service's user. The bounding set stays, since scripts that run as
  /// root may need the capabilities of the service's start.
  ///
  /// A service that is not root has only the capabilities that the service manager chose, as ambient ones. Its children
  /// inherit them and drop those that they do not need.
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
  /// Handles the signals that control the service.
  func receive(_ signals: SignalReceiver) throws(SystemError) {
    _ = try reactor.watch(signals.rawValue, for: .readable) { [unowned self] _ in
      // Signals of one number coalesce in the kernel, so there are never more than there are numbers.
      while let received = try? signals.next() {
        switch received.signal {
        case SIGTERM, SIGINT: enqueue(.stopRequested)
        case SIGHUP: enqueue(.reloadRequested(nil))
        case SIGCHLD: orphans?.childHasEnded()
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
