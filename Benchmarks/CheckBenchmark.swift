import LabKit
import NetworkTypes

/// The processor time and the memory that `martlet check` takes for large files, beside `keepalived -t` of the same file.
///
/// Both look at a host that has the interfaces that the files name, in turns. It is measured first, while this process is small: the
/// kernel takes a program's memory to be at least what the process had that started it.
struct CheckBenchmark {
  /// A file that is checked.
  private struct Subject {
    var name: String
    var text: String
    var interfaces: [String]
    var turns: Int
    /// Seconds that martlet may take.
    var mostTime: Double
    /// MiB that martlet may take.
    var mostMemory: Double?
  }

  /// What one program took.
  private struct Record {
    /// Seconds of processor time.
    var times: [Double] = []
    /// The most of all turns, in MiB.
    var memory = 0.0

    /// Whether it was given up, or took so long that once is enough.
    var isEnough: Bool { times.last.map { $0 > CheckBenchmark.longest } ?? true }

    var median: Double {
      let sorted = times.sorted()
      return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
  }

  /// A program is given up after so many seconds.
  private static let patience = 120
  /// Seconds after which a program is not measured again.
  private static let longest = 10.0

  let kinds: [PeerKind]

  func run() throws {
    print(
      "\nA file is checked by `keepalived -t` and `martlet check`; seconds of processor time, median (least to most), and MiB:\n"
    )
    print(
      pad("", 34) + kinds.map { pad($0.rawValue, 36) }.joined() + (kinds.count == 2 ? pad("ratio", 9) : "") + "target")
    for subject in [Self.routers, Self.sequence] { try measure(subject) }
  }

  // MARK: Files

  /// 4,000 routers on 16 interfaces, each written out.
  private static var routers: Subject {
    let interfaces = (0..<16).map { "lan\($0)" }
    var text = ""
    for (number, interface) in interfaces.enumerated() {
      for identifier in 1...250 {
        text += """
          vrrp_instance R\(number)_\(identifier) {
            state BACKUP
            interface \(interface)
            virtual_router_id \(identifier)
            priority 100
            advert_int 1
            virtual_ipaddress {
              10.\(number).\(identifier).1/24
            }
          }

          """
      }
    }
    return Subject(name: "4,000 routers", text: text, interfaces: interfaces, turns: 9, mostTime: 0.2)
  }

  /// As many routers as the example of nested sequences in keepalived's manual has, each of 16 lines, with a file that it tracks.
  private static var sequence: Subject {
    let text = #"""
      $ROUTER= \
      track_file load_${BOND}_${VLAN}_${ID} { \
        file "${_PWD}/load/${BOND}.${VLAN}.${ID}" \
        weight -100 \
      } \
      vrrp_instance R_${BOND}_${VLAN}_${ID} { \
        interface lan${BOND}v${VLAN} \
        use_vmac vr${BOND}.${VLAN}.${ID} \
        virtual_router_id ${ID} \
        priority 130 \
        virtual_ipaddress { \
          10.${BOND}.${VLAN}.${ID}/24 \
        } \
        track_file { \
          load_${BOND}_${VLAN}_${ID} \
        } \
      }
      ~SEQ(BOND,0,7) ~SEQ(VLAN,0,31) ~SEQ(ID,1,254) $ROUTER

      """#
    let interfaces = (0...7).flatMap { bond in (0...31).map { "lan\(bond)v\($0)" } }
    return Subject(
      name: "65,024 routers by ~SEQ", text: text, interfaces: interfaces, turns: 3, mostTime: 3, mostMemory: 300)
  }

  // MARK: Measuring

  private func measure(_ subject: Subject) throws {
    let lab = try Lab()
    defer { lab.close() }
    let host = try lab.addHost("a", number: 1)
    for interface in subject.interfaces {
      try Command.check(
        ["ip", "link", "add", interface, "type", "bridge"], namespace: host.namespace
      )
    }
    let path = "\(host.folder)/large.conf"
    try writeFile(path, subject.text)
    var records: [PeerKind: Record] = [:]
    for _ in 0..<subject.turns {
      for kind in kinds where !(records[kind]?.isEnough ?? false) {
        try check(path, by: kind, on: host, &records[kind, default: Record()])
      }
    }
    report(subject, records)
  }

  private func check(_ path: String, by kind: PeerKind, on host: Host, _ record: inout Record) throws {
    let program =
      kind == .martlet
      ? [LabEnvironment.martletBinary ?? "martlet", "check", path]
      : [LabEnvironment.keepalivedProgram, "-t", "-f", path]
    let result = try Command.run(program, namespace: host.namespace, limit: Self.patience)
    guard result.end != .exit(137), result.end != .signal(9) else { return }
    guard result.succeeded else {
      throw LabError("\(kind) refuses \(path): \(result.end) \((result.errors + result.output).prefix(2000))")
    }
    record.times.append(result.processorTime.inSeconds)
    record.memory = max(record.memory, Double(result.peakMemory) / 1_048_576)
  }

  // MARK: Report

  private func report(_ subject: Subject, _ records: [PeerKind: Record]) {
    var line = pad(subject.name, 34)
    for kind in kinds {
      let record = records[kind] ?? Record()
      guard let least = record.times.min(), let most = record.times.max() else {
        line += pad("none within \(Self.patience) s", 36)
        continue
      }
      line += pad(
        "\(fixed(record.median, decimals: 3)) (\(fixed(least, decimals: 3)) to \(fixed(most, decimals: 3))), "
          + "\(fixed(record.memory, decimals: 0)) MiB", 36)
    }
    if kinds.count == 2 {
      let medians = kinds.map { records[$0]?.median ?? 0 }
      line += pad(medians[0] > 0 ? fixed(medians[1] / medians[0], decimals: 3) : "-", 9)
    }
    let memory = subject.mostMemory.map { ", ≤ \(fixed($0, decimals: 0)) MiB" } ?? ""
    print(line + "≤ \(fixed(subject.mostTime, decimals: 1)) s\(memory)")
  }
}
