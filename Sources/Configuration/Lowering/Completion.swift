import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension Lowering {
  /// The model of what has been read, rules applied. What an error left without a meaning is not in it.
  func model() -> Configuration {
    var model = Configuration()
    model.global = global.settings
    model.global.notifyFIFO?.script = global.fifoScript?.value
    model.global.vrrpNotifyFIFO?.script = global.vrrpFIFOScript?.value
    model.global.startupScript = Self.lifecycleScript(global.startupScript, global.startupTimeout)
    model.global.shutdownScript = Self.lifecycleScript(global.shutdownScript, global.shutdownTimeout)
    model.scripts = scripts.models
    model.bfdInstances = sessions.models
    model.trackedFiles = trackedFiles.models
    model.trackedProcesses = trackedProcesses.models
    model.probes = probes.models
    var positions: [String: Int] = [:]
    var groupOf: [String: SyncGroupDraft] = [:]
    for group in groups {
      for member in group.members { groupOf[member.value] = group }
    }
    for draft in instances {
      guard let router = definition(draft, group: groupOf[draft.name.value]) else { continue }
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

  private static func lifecycleScript(_ command: Located<CommandDefinition>?, _ seconds: Int?) -> LifecycleScript? {
    guard let command else { return nil }
    var script = LifecycleScript(command: command.value)
    if let seconds { script.timeout = .seconds(Int64(seconds)) }
    return script
  }

  private func definition(_ draft: SyncGroupDraft, _ positions: [String: Int]) -> SyncGroupDefinition {
    var group = SyncGroupDefinition(name: draft.name.value)
    group.members = draft.members.compactMap { positions[$0.value] }
    group.tracked = references(draft.tracked.list)
    group.notify = draft.notify
    group.notify.priorityChanges = draft.notifiesPriorityChanges ?? global.notifiesPriorityChanges
    return group
  }

  private func definition(_ draft: InstanceDraft, group: SyncGroupDraft?) -> VirtualRouterDefinition? {
    guard let number = draft.virtualRouterID.flatMap({ UInt8(exactly: $0.value) }).flatMap(VirtualRouterID.init),
      let interface = draft.interface?.value
    else { return nil }
    var core = VirtualRouterConfiguration(
      virtualRouterID: number, version: draft.settledVersion,
      priority: Priority(rawValue: UInt8(clamping: draft.settledPriority)), interval: draft.settledInterval)
    core.preempt = draft.nopreempt == nil
    core.preemptDelay = draft.preemptDelay?.value ?? .zero
    core.successorPriority = draft.successorPriority.map { Priority(rawValue: UInt8(clamping: $0.value)) }
    core.downTimerAdverts = draft.downTimerAdverts ?? global.downTimerAdverts
    core.lowerPriorityNoAdvert = draft.lowerPriorityNoAdvert ?? global.lowerPriorityNoAdvert
    core.higherPrioritySendAdvert = draft.higherPrioritySendAdvert ?? global.higherPrioritySendAdvert
    core.ownerIgnoresAdverts = draft.ownerIgnoresAdverts?.value ?? global.ownerIgnoresAdverts
    core.announcements = announcements(draft.announcements, hasVirtualMAC: draft.virtualMAC != nil)
    var router = VirtualRouterDefinition(
      name: draft.name.value, interface: interface, core: core, family: draft.settledFamily)
    router.initialState = draft.state?.value ?? .backup
    router.addresses = draft.addresses.map(\.value)
    router.excludedAddresses = draft.excludedAddresses.map(\.value)
    router.entries = draft.routes + draft.rules
    router.authentication =
      draft.trailer?.settled.map { .trailer($0) }
      ?? draft.password.map { draft.usesHeader ? .header(key: $0.value) : .password($0.value) }
    router.unicastPeers = draft.peers.map(\.value)
    router.faultsWithoutPeers = draft.faultsWithoutPeers != nil
    router.sourceAddress = draft.sourceAddress?.value
    router.multicastGroup = multicastGroup(of: draft)
    router.checksUnicastSource = draft.checksUnicastSource?.value ?? global.checksUnicastSource
    router.unicastTTL = UInt8(clamping: max(1, draft.unicastTTL?.value ?? 255))
    router.checksumWithoutPseudoHeader = draft.checksumWithoutPseudoHeader ?? global.checksumWithoutPseudoHeader
    router.sendsOldChecksum = draft.oldChecksum?.value == .sent
    router.refusesOldChecksum = draft.oldChecksum?.value == .refused
    router.accepts = draft.accepts ?? true
    router.heartbeatInterfaces = draft.heartbeatInterfaces.map(\.value)
    router.promotesSecondaries = draft.promotesSecondaries != nil && draft.virtualMAC == nil
    router.ignoresInterfaceFaults = draft.ignoresInterfaceFaults
    router.skipsAddressCheck = draft.skipsAddressCheck ?? global.skipsAddressCheck
    router.virtualMAC = virtualMAC(of: draft, number)
    router.tracked =
      references(draft.tracked.list)
      + usedTrackGroups.filter { $0.members.contains { $0.value == draft.name.value } }.map {
        TrackerReference(.group, $0.name.value)
      }
    router.notify = draft.notify
    router.notify.priorityChanges =
      draft.notifiesPriorityChanges ?? group?.notifiesPriorityChanges ?? global.notifiesPriorityChanges
    return router
  }

  private func virtualMAC(of draft: InstanceDraft, _ number: VirtualRouterID) -> VirtualMACDefinition? {
    guard let virtual = draft.virtualMAC else { return nil }
    return VirtualMACDefinition(
      interface: virtual.settledName, mac: virtual.mac(number.rawValue, draft.settledFamily),
      sendsAdvertsBelow: draft.sendsAdvertsBelow != nil || draft.isUnicast)
  }

  /// Where a router's multicast adverts go.
  func multicastGroup(of draft: InstanceDraft) -> IPAddress {
    let settings = global.settings
    return draft.multicastGroup?.value
      ?? (draft.settledFamily == .ipv4 ? settings.multicastGroup4 : settings.multicastGroup6)
  }

  /// The schedule of an instance: its own values, then those of `global_defs`, then keepalived's.
  private func announcements(_ own: AnnouncementDraft, hasVirtualMAC: Bool) -> AnnouncementSchedule {
    let all = global.announcements
    let least = global.minimalAnnouncements
    let delay = own.delay ?? all.delay ?? (least ? 0 : 5)
    let repeats = own.repeats ?? all.repeats ?? (least ? 1 : 5)
    let extra = own.extraRefresh ?? all.extraRefresh ?? ExtraRefresh()
    // A virtual MAC address speaks only when its master does, and switches forget it (`garp_extra_if`).
    let refreshes = [own.refresh ?? all.refresh ?? 0, hasVirtualMAC || extra.isForAll ? extra.seconds : 0]
    let refresh = refreshes.filter { $0 > 0 }.min() ?? 0
    let lowerDelay = own.lowerPriorityDelay ?? all.lowerPriorityDelay ?? all.delay ?? (least ? 0 : 5)
    var schedule = AnnouncementSchedule()
    schedule.repeats = repeats
    schedule.secondSetDelay = delay == 0 ? nil : .seconds(Int64(delay))
    schedule.refreshInterval = refresh == 0 ? nil : .seconds(Int64(refresh))
    schedule.refreshRepeats = own.refreshRepeats ?? all.refreshRepeats ?? 1
    schedule.lowerPriorityDelay = lowerDelay == 0 ? nil : .seconds(Int64(lowerDelay))
    schedule.lowerPriorityRepeats =
      own.lowerPriorityRepeats ?? all.lowerPriorityRepeats ?? all.repeats ?? (least ? 1 : 5)
    if hasVirtualMAC { schedule.overtakingDelay = .milliseconds(50) }
    return schedule
  }
}
