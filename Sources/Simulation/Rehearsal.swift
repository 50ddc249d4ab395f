import Configuration
import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import SimulationKit
import VRRPCore
import VRRPWire

/// Why there is nothing to rehearse.
public enum RehearsalError: Error {
  /// The script is wrong in these places.
  case script([Diagnostic])
  /// No advert can be made of what a file says.
  case advert(AdvertisementTemplateError)
}

/// Configurations run as the hosts of a cluster, in virtual time, through what a script says.
public struct Rehearsal {
  /// How long it lasts unless told otherwise, and how long it goes on after the last command of its script.
  private static let usualDuration = Nanoseconds.seconds(60)
  private static let usualRest = Nanoseconds.seconds(30)

  /// The hosts in the order of their files.
  public let hosts: [RehearsedHost]
  private let plan: ClusterPlan
  private let script: Script
  private let seed: UInt64
  private let duration: Nanoseconds

  /// A rehearsal of files that have been read without an error.
  package init(
    _ files: [(path: String, configuration: Configuration)], script text: String, seed: UInt64 = 1,
    duration: Nanoseconds? = nil
  ) throws(RehearsalError) {
    hosts = RehearsedHost.all(files)
    let (script, findings) = ScriptReader.read(text, for: hosts)
    guard findings.isEmpty else { throw .script(findings) }
    self.script = script
    self.seed = seed
    do {
      plan = try ClusterPlan(hosts)
    } catch {
      throw .advert(error)
    }
    let lastStep = (script.steps.last?.at ?? MonotonicInstant(nanoseconds: 0)) - MonotonicInstant(nanoseconds: 0)
    self.duration = duration ?? max(Self.usualDuration, lastStep + Self.usualRest)
  }

  /// Runs it.
  public func run() throws(RehearsalError) -> Performance {
    let conditions = LinkConditions()
    let interval = plan.definitions.flatMap(\.routers).map(\.configuration.interval).max() ?? .seconds(1)
    // What lasts too long is told by the performance, address by address; the cluster's own bounds are not asked.
    let bounds = Bounds(longestInterval: interval, longestDelay: conditions.longestDelay, lostInARow: 0)
    var cluster: Cluster
    do {
      cluster = try Cluster(seed: seed, hosts: plan.definitions, conditions: conditions, bounds: bounds)
    } catch {
      throw .advert(error)
    }
    let late = script.lateStarters(of: hosts.count)
    for host in hosts.indices where !late.contains(host) { cluster.disturb(.start(host: host)) }
    for step in script.steps {
      for disturbance in step.disturbances { cluster.schedule(disturbance, at: step.at) }
    }
    cluster.run(for: duration)
    return Performance(of: cluster, hosts: hosts, script: script)
  }
}
