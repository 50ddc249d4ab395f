import ConfigurationSyntax

/// Every virtual MAC address needs an interface of a name of its own.
enum VirtualMACUse: ConfigurationRule {
  static func check(_ lowering: Lowering) {
    var users: [String: (name: String, span: SourceSpan)] = [:]
    for draft in lowering.instances {
      if let interface = draft.ownInterface { users[interface.value] = (draft.name.value, interface.span) }
    }
    for index in lowering.instances.indices {
      let draft = lowering.instances[index]
      if draft.notes.virtualMAC == nil {
        if let span = draft.places["vmac_xmit_base"] {
          lowering.diagnostics.report(
            .warning, "without-virtual-mac", "vmac_xmit_base has no effect without use_vmac", at: span)
        }
        continue
      }
      checkOptions(of: draft, lowering)
      if let name = draft.notes.virtualMAC?.name {
        if let user = users[name.value] {
          lowering.diagnostics.report(
            .warning, "virtual-mac-name",
            "\(draft.name.value) cannot make \(name.value), which \(user.name) uses; it gets another name",
            at: name.span, notes: [("it is named here", user.span)], suggestion: "give it a name of its own")
          lowering.instances[index].notes.virtualMAC?.name = nil
          continue
        }
        users[name.value] = (draft.name.value, name.span)
        lowering.instances[index].notes.virtualMAC?.interface = name.value
      }
    }
    nameTheRest(lowering, taken: Set(users.keys))
  }

  /// What a virtual MAC address settles by itself.
  private static func checkOptions(of draft: InstanceReading, _ lowering: Lowering) {
    if let span = draft.places["promote_secondaries"] {
      lowering.diagnostics.report(
        .warning, "needless-with-virtual-mac",
        "promote_secondaries is ignored: an interface with a virtual MAC address has no addresses but the router's",
        at: span)
    }
    if draft.isUnicast, draft.places["vmac_xmit_base"] == nil, let span = draft.notes.virtualMAC?.span {
      lowering.diagnostics.report(
        .warning, "unicast-with-virtual-mac",
        "\(draft.name.value) has unicast peers, so its adverts leave by the interface below, from that one's own MAC address",
        at: span, suggestion: "write vmac_xmit_base to say so")
    }
  }

  /// vrrp.51, and vrrp1.51 where another instance has that one already.
  private static func nameTheRest(_ lowering: Lowering, taken: Set<String>) {
    var taken = taken
    for index in lowering.instances.indices {
      let draft = lowering.instances[index]
      guard let virtual = draft.notes.virtualMAC, virtual.name == nil, let number = draft.number?.value else {
        continue
      }
      var name = "\(lowering.global.notes.linkPrefix).\(number)"
      var count = 1
      while taken.contains(name) {
        name = "\(lowering.global.notes.linkPrefix)\(count).\(number)"
        count += 1
      }
      taken.insert(name)
      if name.utf8.count > 15 {
        lowering.diagnostics.report(
          .error, "interface-name", "\(draft.name.value) would need an interface named \(name), which is too long",
          at: virtual.span, suggestion: "write use_vmac NAME with up to 15 characters, or a shorter vmac_prefix")
      }
      lowering.instances[index].notes.virtualMAC?.interface = name
    }
  }
}
