import HealthCore
import NetworkTypes
import VRRPCore

/// Knowledge of the engine about an address or an entry that it adds to the kernel.
public enum Ownership: UInt8, Sendable {
  /// The engine has not added it, or it belongs to another program.
  case none = 0
  /// The engine has added it, and the kernel has it.
  case held = 1
  /// The engine has asked for it and has no answer yet, or has added it and does not know whether it is still there. A
  /// cleanup removes it, and the next engine asks for it again.
  case uncertain = 2
}

/// Record of something that the engine adds to the kernel.
public protocol OwnedRecord {
  /// Ownership. It is written before the kernel is asked to add the object, and set to ``Ownership/none`` only once the
  /// object is gone.
  var ownership: Ownership { get nonmutating set }
}

extension OwnedRecord {
  /// True if the kernel may have the object from the engine.
  public var isOwned: Bool {
    get { ownership != .none }
    nonmutating set { ownership = newValue ? .held : .none }
  }
}

/// Record of an address on the board.
public struct AddressRecord: BoardRecord, OwnedRecord {
  let record: UnsafeMutableRawBufferPointer

  /// Position of the router that it belongs to.
  public var router: Int {
    get { Int(self[AddressField.router]) }
    nonmutating set { self[AddressField.router] = UInt32(clamping: newValue) }
  }

  /// Interface of the address.
  public var interface: InterfaceIndex {
    get { InterfaceIndex(rawValue: self[AddressField.interface]) }
    nonmutating set { self[AddressField.interface] = newValue.rawValue }
  }

  /// Address with its prefix length; `nil` if the record was never written.
  public var prefix: IPPrefix? {
    get {
      address(AddressField.family, AddressField.high, AddressField.low).flatMap {
        IPPrefix($0, length: self[AddressField.prefixLength])
      }
    }
    nonmutating set {
      setAddress(newValue?.address, AddressField.family, AddressField.high, AddressField.low)
      self[AddressField.prefixLength] = newValue?.length ?? 0
    }
  }

  /// Ownership of the address: `held` once the engine has added it to the kernel.
  public var ownership: Ownership {
    get { Ownership(rawValue: self[AddressField.owned]) ?? .none }
    nonmutating set { self[AddressField.owned] = newValue.rawValue }
  }

  /// Errno with which the kernel refused the address the last time; `nil` if it did not.
  public var refusal: Int32? {
    get {
      let error = self[AddressField.refusal]
      return error == 0 ? nil : error
    }
    nonmutating set { self[AddressField.refusal] = newValue ?? 0 }
  }

  /// True while the kernel has the address but does not answer for it yet (RFC 4862), so that it has not been announced.
  public var isTentative: Bool {
    get { self[AddressField.tentative] == 1 }
    nonmutating set { self[AddressField.tentative] = newValue ? 1 : 0 }
  }
}

/// Record of a route, a rule or a static address on the board.
public struct EntryRecord: BoardRecord, OwnedRecord {
  let record: UnsafeMutableRawBufferPointer

  /// Ready netlink request that removes the entry from the kernel, without a sequence number; empty if the record was
  /// never written. A cleanup after a crash sends it as it is, and the next engine recognises the entry by it.
  public var removal: [UInt8] {
    get {
      let length = min(Int(self[EntryField.requestLength]), BoardLayout.longestRequest)
      return Array(record[EntryField.request..<EntryField.request + length])
    }
    nonmutating set {
      guard newValue.count <= BoardLayout.longestRequest else { return }
      UnsafeMutableRawBufferPointer(rebasing: record[EntryField.request..<EntryField.request + newValue.count])
        .copyBytes(from: newValue)
      self[EntryField.requestLength] = UInt16(newValue.count)
    }
  }

  /// Hash of everything that the kernel was asked for. ``removal`` has only the part that tells the entry from others.
  public var fingerprint: UInt64 {
    get { self[EntryField.fingerprint] }
    nonmutating set { self[EntryField.fingerprint] = newValue }
  }

  /// Ownership of the entry: `held` once the engine has added it to the kernel.
  public var ownership: Ownership {
    get { Ownership(rawValue: self[EntryField.owned]) ?? .none }
    nonmutating set { self[EntryField.owned] = newValue.rawValue }
  }
}

/// Record of a tracker on the board.
public struct TrackerRecord: BoardRecord {
  let record: UnsafeMutableRawBufferPointer

  /// Name of the tracker, as much as the board keeps of it; `nil` if the record was never written.
  public var name: TrackerName? {
    get {
      TrackerKind(rawValue: self[TrackerField.kind]).map {
        TrackerName($0, text(at: TrackerField.name, longest: BoardLayout.longestName))
      }
    }
    nonmutating set {
      self[TrackerField.kind] = newValue?.kind.rawValue ?? 0
      setText(newValue?.name ?? "", at: TrackerField.name, longest: BoardLayout.longestName)
    }
  }

  /// Hash of the settings that make it the same tracker.
  public var fingerprint: UInt64 {
    get { self[TrackerField.fingerprint] }
    nonmutating set { self[TrackerField.fingerprint] = newValue }
  }

  /// Finding about the tracked thing.
  public var finding: TrackerFinding { current.finding }

  /// Writes a finding. A status that was another one before has begun now.
  public func record(_ finding: TrackerFinding, at now: MonotonicInstant) {
    let before = current
    current = (finding, before.finding.status == finding.status ? before.since : now)
  }

  /// Finding with the instant since which its status has held, read and written as a whole.
  public var current: (finding: TrackerFinding, since: MonotonicInstant) {
    get {
      read {
        let until = self[TrackerField.until]
        let memory = VerdictMemory(
          result: Verdict(rawValue: self[TrackerField.result]) ?? .unknown,
          condition: VerdictCondition(rawValue: self[TrackerField.condition]) ?? .fresh,
          until: until == 0 ? nil : MonotonicInstant(nanoseconds: until), isUntried: self[TrackerField.untried] == 1)
        let finding = TrackerFinding(
          TrackerStatus(rawValue: self[TrackerField.status]) ?? .unknown,
          reason: text(at: TrackerField.reason, longest: BoardLayout.longestReason),
          wordsStart: Int(self[TrackerField.wordsStart]), memory: memory)
        return (finding, MonotonicInstant(nanoseconds: self[TrackerField.changedAt]))
      }
    }
    nonmutating set {
      write {
        let (finding, memory) = (newValue.finding, newValue.finding.memory)
        self[TrackerField.status] = finding.status.rawValue
        self[TrackerField.changedAt] = newValue.since.nanoseconds
        setText(finding.reason, at: TrackerField.reason, longest: BoardLayout.longestReason)
        self[TrackerField.wordsStart] = UInt16(clamping: finding.wordsStart)
        self[TrackerField.condition] = memory.condition.rawValue
        self[TrackerField.result] = memory.result.rawValue
        self[TrackerField.until] = memory.until?.nanoseconds ?? 0
        self[TrackerField.untried] = memory.isUntried ? 1 : 0
      }
    }
  }
}

extension TrackerName {
  /// Name with as much of it as a record keeps.
  public var kept: TrackerName { TrackerName(kind, RouterRecord.kept(name)) }
}
