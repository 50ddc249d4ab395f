import Configuration
import ConfigurationModel
import ControlModel
import NetworkTypes
import VRRPCore

/// A host of a rehearsal: a configuration with what it is called.
public struct RehearsedHost: Sendable {
  /// Its name: that of its file without what follows the last dot, or its letter if another file has that name too.
  public let name: String
  /// `A`, `B`, … in the order of the files; a host may be called by it as well.
  public let letter: String
  /// What it runs.
  package let configuration: Configuration
  /// Its interfaces: those of its routers, then those that are only tracked.
  let interfaces: [String]
  /// The numbers of its trackers.
  let trackers: [TrackerName: TrackerID]
  /// What positions in causes stand for.
  let names: Names

  init(name: String, letter: String, _ configuration: Configuration) {
    self.name = name
    self.letter = letter
    self.configuration = configuration
    trackers = configuration.trackerNumbers
    var interfaces: [String] = []
    for interface in configuration.routers.map(\.interface) + configuration.trackerNames(.interface)
    where !interfaces.contains(interface) {
      interfaces.append(interface)
    }
    self.interfaces = interfaces
    names = Names(
      routers: configuration.routers.map { Names.Router(name: $0.name, interface: $0.interfaceText) },
      trackers: configuration.trackers)
  }

  /// The hosts that files stand for, in their order.
  static func all(_ files: [(path: String, configuration: Configuration)]) -> [RehearsedHost] {
    let stems = files.map { stem(of: $0.path) }
    return files.enumerated().map { number, file in
      let letter = letter(of: number)
      let isUnique = stems.count { $0 == stems[number] } == 1
      return RehearsedHost(name: isUnique ? stems[number] : letter, letter: letter, file.configuration)
    }
  }

  private static func stem(of path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
    return String(file[..<dot])
  }

  /// `A` to `Z`, then `A1` and so on.
  private static func letter(of number: Int) -> String {
    let letter = String(Character(UnicodeScalar(UInt8(ascii: "A") + UInt8(number % 26))))
    return number < 26 ? letter : "\(letter)\(number / 26)"
  }
}
