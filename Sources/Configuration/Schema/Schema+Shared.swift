/// Rows that several blocks share with different defaults, and meanings that several blocks share.
extension Schema {
  /// Sentences for ``Keyword/meaning``, each for two keywords or more.
  enum Shared {
    /// The end of a meaning in `global_defs` of a keyword that instances have too.
    static let forAll = ", for all instances"
    static let version = "Sets the version of VRRP, the same on all hosts"
    static let checkUnicastSource = "Drops unicast adverts that do not come from a peer's address"
    static let skipAddressCheck = "Skips comparing an advert's addresses when the same master sent the last one"
    static let strictMode = "Keeps to the RFCs and ignores what they do not have, such as preempt_delay"
    static let checksum = "Makes checksums of version 3 adverts over IPv4 without the pseudo-header"
    static let priorityChanges = "Writes changes of the priority into the notify FIFOs too"
    static let garpDelay = "Sets how long after becoming master the addresses are announced again"
    static let garpRepeat = "Sets how many times each address is announced on becoming master"
    static let garpRefresh = "Sets the time between further announcements while the host is master"
    static let garpRefreshRepeat = "Sets how many times each address is announced at every refresh"
    static let garpLowerDelay = "Sets when addresses are announced again after a lower-priority master was heard"
    static let garpLowerRepeat = "Sets how many times each address is announced after a lower-priority master was heard"
    static let garpExtra = "Announces addresses on virtual MAC addresses every INT seconds; with all, any address"
    static let downTimer = "Sets after how many missing adverts a backup takes the master for down"
    static let lowerNoAdvert = "Keeps a master from answering an advert of lower priority with its own"
    static let higherSendAdvert = "Sends one more advert when a master gives way to a higher priority"
    static let ownerIgnoresAdverts = "Makes an owner of the addresses (priority 255) ignore other hosts' adverts"
    static let rise = "Sets how many successes in a row make a failed check up again"
    static let fall = "Sets how many failures in a row make a working check down"
    static let initFail =
      "Counts the check as down until its first run ends; that run decides alone, whatever rise and fall are"

    /// Meaning of `weight` in the block of a tracked thing.
    static func weight(of block: String) -> String {
      "Sets \(block)'s default weight: positive counts while up, negative while down; 0 means FAULT if down"
    }
  }

  /// Rows of the track blocks, which an instance and a sync group have.
  static func trackingKeywords(changing priority: String) -> [Keyword] {
    let weighted = "NAME [weight N [reverse/noreverse]]"
    let result = "means FAULT, or changes \(priority) by a weight"
    return [
      Keyword(
        "track_interface", "Follows interfaces: one that is down \(result)", .values,
        arguments: "IFNAME [weight N [reverse]]", .acts),
      Keyword("track_script", "Follows vrrp_script checks: a failure \(result)", .values, arguments: weighted, .acts),
      Keyword(
        "track_file",
        "Follows track_file blocks: the number in a file, times a weight, changes \(priority) or means FAULT", .values,
        arguments: weighted, .acts),
      Keyword(
        "track_process", "Follows vrrp_track_process blocks: a lost quorum \(result)", .values, arguments: weighted,
        .acts),
      Keyword(
        "track_bfd", "Follows bfd_instance sessions: one that is down \(result)", .values, arguments: weighted, .acts),
      Keyword(
        "track_probe", "Follows vrrp_probe checks: a failure \(result)", .values, arguments: weighted,
        since: Keyword.own, .acts),
    ]
  }

  /// The words of an entry of each of those blocks.
  static func trackingOptions(in block: String) -> [Keyword] {
    let weight = "Changes the priority: positive is added while up, negative while down; 0 means FAULT if down"
    let factor =
      "Multiplies the number in the file, and the priority changes by that; 0 means FAULT if the number is not 0"
    func options(_ kind: String, of definition: String, weight: String, since: String = "2.2.7") -> [Keyword] {
      rows(
        "\(block)/\(kind)", kind: .option,
        [
          Keyword("<name>", "Names the \(definition)", .words, arguments: "NAME first word", since: since, .acts),
          Keyword(
            "weight", weight, .words, arguments: "INT [reverse/noreverse]", default: "that of the \(definition)",
            since: since, .acts),
        ])
    }
    return rows(
      "\(block)/track_interface", kind: .option,
      [
        Keyword("<name>", "Names the interface", .words, arguments: "IFNAME first word", .acts),
        Keyword("weight", weight, .words, arguments: "INT [reverse]", default: "0", .acts),
      ]) + options("track_script", of: "vrrp_script", weight: weight)
      + options("track_file", of: "track_file", weight: factor)
      + options("track_process", of: "vrrp_track_process", weight: weight)
      + options("track_bfd", of: "bfd_instance", weight: weight)
      + options("track_probe", of: "vrrp_probe", weight: weight, since: Keyword.own)
  }

  /// The `track_group` of a static entry.
  static func trackGroup(_ entry: String) -> Keyword {
    Keyword(
      "track_group", "Names the track_group whose instances are in FAULT while the \(entry) is missing", .word,
      arguments: "NAME", .acts)
  }
}
