import ControlModel
import NetworkTypes

/// Engine process of this run, and the board that it writes.
struct EngineID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt64
}

/// Source bundle of this run.
struct BundleID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt64
}

/// Prober process of this run.
struct ProberID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt64
}

/// Way in which a child ended.
enum Ending: Hashable, Sendable {
  /// It exited with this code.
  case exited(Int32)
  /// This signal killed it; a Swift trap is one.
  case killed(signal: Int32)
  /// It could not be started.
  case notStarted(String)
}

/// Client that asked for a reload on the control socket.
struct ReloadRequester: Hashable, Sendable {
  /// Prober that has the connection.
  var prober: ProberID
  /// Prober's number of the connection.
  var token: UInt32
  /// Whether a configuration is accepted that leaves none of the present virtual routers.
  var allowsEmpty = false
}

/// Event that the supervisor handles.
enum SupervisionEvent: Hashable, Sendable {
  /// The loader ended. `complaint` is the first error that it found, for the client that asked for a reload.
  case loaderEnded(BundleID, Ending, complaint: String)
  /// An engine sent a report.
  case engineReported(EngineID, EngineReport)
  /// An engine's channel is closed. The kernel closes it first, and takes memory and other sockets apart before it reports the end.
  case engineLost(EngineID)
  case engineEnded(EngineID, Ending)
  /// Time of the heartbeat on the current engine's board, read twice a second.
  case heartbeat(EngineID, MonotonicInstant)
  /// The prober has run the startup script.
  case startupFinished(ProberID)
  /// The prober runs a script that may take this long.
  case proberTakesLonger(ProberID, Nanoseconds)
  /// The prober serves.
  case proberReady(ProberID)
  /// The prober answered.
  case proberAlive(ProberID)
  /// It is time to ask the prober whether it is alive; twice a second.
  case proberCheck
  case proberEnded(ProberID, Ending)
  /// A reload was requested; by a signal if there is no client.
  case reloadRequested(ReloadRequester?)
  /// A stop of the service was requested.
  case stopRequested
  /// A time that `nextDeadline` named has come.
  case deadline
}

/// Action that the supervisor performs.
enum SupervisionAction: Equatable, Sendable {
  /// Read the first configuration into a new bundle.
  case startLoader(BundleID)
  /// Read the configuration into a new bundle, and check it as the successor of the one in force.
  case startReloadLoader(BundleID, inForce: BundleID, allowsEmpty: Bool)
  /// Stop reading the configuration.
  case killLoader
  /// Start an engine with the bundle, a new board, and the board it is to adopt.
  case startEngine(EngineID, bundle: BundleID, adopting: EngineID?)
  /// Send a command to an engine.
  case command(EngineID, EngineCommand)
  /// Kill an engine that does not end by itself.
  case killEngine(EngineID)
  case startProber(ProberID)
  /// Have the prober run the startup script of the bundle.
  case runStartupScript(ProberID, bundle: BundleID)
  /// Give the prober this engine's bundle, board and a channel to it.
  case serve(ProberID, engine: EngineID, bundle: BundleID)
  /// Send a client the result of the reload that it asked for.
  case answer(ReloadRequester, code: Int32, message: String)
  /// Ask the prober whether it is alive.
  case pingProber(ProberID)
  /// Have the prober finish and end.
  case shutdownProber(ProberID)
  case killProber(ProberID)
  /// Remove what these boards own, then resign for the masters on the first.
  case withdraw([EngineID])
  /// Remove what the first board owns and the second does not.
  case removeLeftovers(of: EngineID, notOn: EngineID)
  /// Notify the service manager.
  case announce(ServiceState)
  /// Write a line to the log.
  case log(LogLine)
  /// End with this code.
  case end(Int32)
}

/// State of the service for the service manager.
enum ServiceState: Hashable, Sendable {
  /// Serving.
  case ready
  /// Reading the configuration anew.
  case reloading
  case stopping
  /// Starting or stopping takes this much longer.
  case takingLonger(Nanoseconds)
}

extension SupervisionAction {
  /// A log line.
  static func log(_ severity: Severity, _ message: String) -> SupervisionAction { .log(LogLine(severity, message)) }
}
