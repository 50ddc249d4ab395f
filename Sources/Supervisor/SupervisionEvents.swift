import ControlModel
import NetworkTypes

/// One engine process of this run, and the board that it writes.
struct EngineID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt64
}

/// One source bundle of this run.
struct BundleID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt64
}

/// One prober process of this run.
struct ProberID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt64
}

/// How a child ended.
enum Ending: Hashable, Sendable {
  /// It ended with this code.
  case exited(Int32)
  /// This signal ended it; a Swift trap is one.
  case killed(signal: Int32)
  /// It could not be started.
  case notStarted(String)
}

/// Who asked for a reload on the control socket.
struct ReloadRequester: Hashable, Sendable {
  /// The prober that holds the connection.
  var prober: ProberID
  /// The prober's name for the connection.
  var token: UInt32
  /// Whether a file that leaves nothing of what is served is what was meant.
  var allowsEmpty = false
}

/// What happens to the supervisor.
enum SupervisionEvent: Hashable, Sendable {
  /// The loader ended. `complaint` is the first error that it found, for the one who asked for a reload.
  case loaderEnded(BundleID, Ending, complaint: String)
  /// An engine said something.
  case engineReported(EngineID, EngineReport)
  /// An engine is no more.
  case engineEnded(EngineID, Ending)
  /// The time on the heartbeat of the current engine's board, read twice a second.
  case heartbeat(EngineID, MonotonicInstant)
  /// The prober has run the startup script.
  case startupFinished(ProberID)
  /// The prober runs a script that may take so long.
  case proberTakesLonger(ProberID, Nanoseconds)
  /// The prober serves.
  case proberReady(ProberID)
  /// The prober answered.
  case proberAlive(ProberID)
  /// It is time to ask the prober whether it lives; twice a second.
  case proberLook
  /// A prober is no more.
  case proberEnded(ProberID, Ending)
  /// A reload is wanted; by a signal if nobody is named.
  case reloadRequested(ReloadRequester?)
  /// The service is to stop.
  case stopRequested
  /// A time that `nextDeadline` named has come.
  case deadline
}

/// What the supervisor is to do.
enum SupervisionAction: Equatable, Sendable {
  /// Read the first configuration into a new bundle.
  case startLoader(BundleID)
  /// Read the configuration into a new bundle, and judge it as the successor of the one in force.
  case startReloadLoader(BundleID, inForce: BundleID, allowsEmpty: Bool)
  /// Stop reading.
  case killLoader
  /// Start an engine with the bundle, a new board, and the board it is to adopt.
  case startEngine(EngineID, bundle: BundleID, adopting: EngineID?)
  /// Send a command.
  case command(EngineID, EngineCommand)
  /// End an engine that does not end by itself.
  case killEngine(EngineID)
  /// Start a prober.
  case startProber(ProberID)
  /// Have the prober run the startup script that the bundle names.
  case runStartupScript(ProberID, bundle: BundleID)
  /// Give the prober this engine's bundle, board and a channel to it.
  case serve(ProberID, engine: EngineID, bundle: BundleID)
  /// Tell who asked for a reload how it went.
  case answer(ReloadRequester, code: Int32, message: String)
  /// Ask the prober whether it lives.
  case pingProber(ProberID)
  /// Have the prober finish and end.
  case shutdownProber(ProberID)
  /// End the prober.
  case killProber(ProberID)
  /// Remove what these boards own, then resign for the masters on the first.
  case withdraw([EngineID])
  /// Remove what the first board owns and the second does not.
  case removeLeftovers(of: EngineID, notOn: EngineID)
  /// Tell the service manager.
  case announce(ServiceState)
  /// Write a line to the log.
  case log(LogLine)
  /// End with this code.
  case end(Int32)
}

/// What the service manager is told.
enum ServiceState: Hashable, Sendable {
  /// Serving.
  case ready
  /// Reading the configuration anew.
  case reloading
  /// On the way out.
  case stopping
  /// Not up, or not gone, for so long yet.
  case takingLonger(Nanoseconds)
}

extension SupervisionAction {
  /// A line for the log.
  static func log(_ severity: Severity, _ message: String) -> SupervisionAction { .log(LogLine(severity, message)) }
}
