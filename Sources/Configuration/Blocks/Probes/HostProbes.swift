import ConfigurationModel
import ConfigurationSyntax

extension LoadQuestion: ProbeModel { static var unset: Self { Self(minutes: 1, most: 0) } }
extension DiskQuestion: ProbeModel { static var unset: Self { Self(path: "") } }
extension MemoryQuestion: ProbeModel { static var unset: Self { Self() } }

extension ProbeKind {
  /// The kinds that look at this host.
  static var host: [ProbeKind] { [load, disk, memory] }

  private static var load: ProbeKind {
    ProbeKind("load", "Looks at this host's load average over 1, 5 or 15 minutes", ProbeQuestion.load) {
      Setting.option(
        "most", "Sets the greatest load average that is a success", .decimal(0...1_000_000_000_000, part: 1000), \.most
      ).required
    } target: { statement, block, lowering in
      let minutes = lowering.target(
        statement, "1", "is none of the averages over 1, 5 and 15 minutes",
        suggestion: "write load 1, load 5 or load 15"
      ) { Lowering.wholeNumber($0.bytes).flatMap { [1, 5, 15].contains($0) ? $0 : nil } }
      guard let minutes else { return nil }
      guard block.places["most"] != nil else {
        return lowering.lacks(statement, "to be told how much is too much", write: "most NUMBER")
      }
      block.minutes = minutes
      return block.model
    }
  }

  private static var disk: ProbeKind {
    ProbeKind("disk", "Looks at the file system that holds a path", ProbeQuestion.disk) {
      Setting.option(
        "free", "Sets how much must be free for ordinary users, as 5% or 2G", .amount, \.free, default: "0")
      Setting.option("inodes", "Sets how many inodes must be free, as 5% or a number", .amount, \.inodes, default: "0")
      Setting.option("writable", "Fails when the file system is read-only", .flag, \.writable)
    } target: { statement, block, lowering in
      let path = lowering.target(statement, "/var", "is not an absolute path") {
        $0.text.hasPrefix("/") ? $0.text : nil
      }
      guard let path else { return nil }
      block.path = path
      return block.model
    }
  }

  private static var memory: ProbeKind {
    ProbeKind("memory", "Looks at this host's memory, and at how long programs wait for it", ProbeQuestion.memory) {
      Setting.option(
        "some", "Sets for how much of the time some programs may wait for memory", .share, \.some, default: "100")
      Setting.option(
        "full", "Sets for how much of the time all programs may wait for memory", .share, \.full, default: "100")
      Setting.option(
        "window", "Sets over how many seconds some and full are averaged: 10, 60 or 300", .window, \.window)
      Setting.option(
        "available", "Sets how much memory must be available, as 5% or 2G", .amount, \.available, default: "0")
    } target: { statement, block, lowering in
      guard lowering.withoutTarget(statement, block.model) != nil else { return nil }
      guard block.some != nil || block.full != nil || block.available != nil else {
        return lowering.lacks(statement, "a limit", write: "some 20, full 10 or available 5%")
      }
      return block.model
    }
  }
}

extension ValueForm<Int> {
  /// A share of the time in percent, kept in thousandths.
  fileprivate static var share: Self { decimal(0...100_000_000, part: 100_000, unit: .percent) }

  fileprivate static var window: Self {
    word("is none of the kernel's averages", suggestion: "write 10, 60 or 300", unit: .seconds) {
      Lowering.wholeNumber($0.bytes).flatMap { [10, 60, 300].contains($0) ? $0 : nil }
    }
  }
}
