import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Lowering {
  /// Gives all instances the values that they inherit from `global_defs`, once everything has been read: it may follow them.
  func inheritGlobals() {
    let router = routerForAll
    let needed = Block.instance.settings.compactMap(\.inheritance).filter { $0.isNeeded(router) }
    for index in instances.indices {
      for inheritance in needed { inheritance.inherit(&instances[index], router) }
    }
  }

  /// The values of all instances that do not set their own.
  private var routerForAll: VirtualRouterDefinition {
    var router = global.notes.router
    let isWritten = { [global] (keyword: String) in global.places[keyword] != nil }
    if global.notes.minimalAnnouncements {
      if !isWritten("vrrp_garp_master_delay") { router.core.announcements.secondSetDelay = nil }
      if !isWritten("vrrp_garp_master_repeat") { router.core.announcements.repeats = 1 }
    }
    if !isWritten("vrrp_garp_lower_prio_delay") {
      router.core.announcements.lowerPriorityDelay = router.core.announcements.secondSetDelay
    }
    if !isWritten("vrrp_garp_lower_prio_repeat") {
      router.core.announcements.lowerPriorityRepeats = router.core.announcements.repeats
    }
    return router
  }

  /// The model of what has been read, after the rules. Parts that errors have made meaningless are not in it.
  func model() -> Configuration {
    var model = Configuration()
    model.global = globalSettings
    model.scripts = scripts.models
    model.bfdInstances = sessions.models
    model.trackedFiles = trackedFiles.models
    model.trackedProcesses = trackedProcesses.models
    model.probes = probes.models
    var positions: [String: Int] = [:]
    var groupOf: [String: SyncGroupReading] = [:]
    for group in groups {
      for member in group.notes.members { groupOf[member.value] = group }
    }
    for block in instances {
      guard let router = definition(block, group: groupOf[block.name.value]) else { continue }
      positions[router.name] = model.routers.count
      model.routers.append(router)
    }
    model.linkDelays = linkDelays
    model.announcementGroups = announcementGroups
    model.staticEntries = staticAddresses + staticRoutes + staticRules
    model.trackGroups = usedTrackGroups.map(\.name.value)
    model.groups = groups.map { definition($0, positions) }.filter { !$0.members.isEmpty }
    return model
  }

  private var globalSettings: GlobalSettings {
    var settings = global.model
    let notes = global.notes
    settings.notifyFIFO?.script = notes.fifoScript
    settings.vrrpNotifyFIFO?.script = notes.vrrpFIFOScript
    settings.startupScript = Self.lifecycleScript(notes.startupScript, notes.startupTimeout)
    settings.shutdownScript = Self.lifecycleScript(notes.shutdownScript, notes.shutdownTimeout)
    return settings
  }

  private static func lifecycleScript(_ command: CommandDefinition?, _ timeout: Nanoseconds?) -> LifecycleScript? {
    guard let command else { return nil }
    var script = LifecycleScript(command: command)
    if let timeout { script.timeout = timeout }
    return script
  }

  private func definition(_ block: SyncGroupReading, _ positions: [String: Int]) -> SyncGroupDefinition {
    var group = block.model
    group.members = block.notes.members.compactMap { positions[$0.value] }
    group.tracked = references(block.notes.tracked.list)
    if block.places["notify_priority_changes"] == nil {
      group.notify.priorityChanges = global.notes.router.notify.priorityChanges
    }
    return group
  }

  private func definition(_ block: InstanceReading, group: SyncGroupReading?) -> VirtualRouterDefinition? {
    guard block.number != nil, block.ownInterface != nil || block.isPlacedBySource else { return nil }
    let notes = block.notes
    var router = block.model
    finishAnnouncements(of: &router, notes)
    router.addresses = notes.addresses.map(\.value)
    router.excludedAddresses = notes.excludedAddresses.map(\.value)
    router.entries = router.entries.filter { !$0.isRule } + router.entries.filter(\.isRule)
    router.authentication =
      notes.trailer?.definition.map { .trailer($0) }
      ?? notes.authentication.password.map { notes.authentication.usesHeader ? .header(key: $0) : .password($0) }
    router.unicastTTL = max(1, router.unicastTTL)
    router.promotesSecondaries = router.promotesSecondaries && notes.virtualMAC == nil
    router.virtualMAC = virtualMAC(of: block)
    router.tracked =
      references(notes.tracked.list)
      + usedTrackGroups.filter { $0.members.contains { $0.value == router.name } }.map {
        TrackerReference(.group, $0.name.value)
      }
    if block.places["notify_priority_changes"] == nil, let group, group.places["notify_priority_changes"] != nil {
      router.notify.priorityChanges = group.notify.priorityChanges
    }
    return router
  }

  private func virtualMAC(of block: InstanceReading) -> VirtualMACDefinition? {
    guard let virtual = block.notes.virtualMAC else { return nil }
    return VirtualMACDefinition(
      interface: virtual.interface, mac: virtual.mac(block.core.virtualRouterID.rawValue, block.family),
      sendsAdvertsBelow: block.places["vmac_xmit_base"] != nil || block.isUnicast)
  }

  /// Completes the announcements: a virtual MAC address is silent unless its router is master, so switches forget it (`garp_extra_if`).
  private func finishAnnouncements(of router: inout VirtualRouterDefinition, _ notes: VirtualRouterDefinition.Notes) {
    let extra = notes.extraRefresh ?? global.notes.extraRefresh ?? ExtraRefresh()
    if extra.seconds > 0, notes.virtualMAC != nil || extra.isForAll {
      let interval = Nanoseconds.seconds(Int64(extra.seconds))
      router.core.announcements.refreshInterval = min(router.core.announcements.refreshInterval ?? interval, interval)
    }
    if notes.virtualMAC != nil { router.core.announcements.overtakingDelay = .milliseconds(50) }
  }
}

extension KernelEntryDefinition {
  fileprivate var isRule: Bool { if case .rule = content { true } else { false } }
}
