# What is said to whoever runs the machine, in English: doctor, enrol, enforcer, collect, the lab's pages, and what was
# lost on the way in. A key names a verb and what is said; the Japanese catalogue has the same keys.

## doctor
doctor-clock-kept = kept by the kernel within { $error }
doctor-clock-off = may be off by { $error }; orders ask for { $limit }; see why time is kept so badly here
doctor-clock-nobody = nobody keeps it; run chrony or another NTP client, or set `clock_error_ms` if the host keeps it
doctor-clock-untold = the kernel does not tell: { $error }
doctor-files = file confinement
doctor-files-lacking = this kernel does not name Landlock in /sys/kernel/security/lsm; the enforcer could read every file
doctor-calls = call filter
doctor-calls-lacking = { $path } names no `errno`; the enforcer cannot filter its calls
doctor-capabilities = capabilities
doctor-capabilities-held = CAP_NET_ADMIN and CAP_BPF are held here
doctor-capabilities-lacking = not held by this user; the enforcer needs CAP_NET_ADMIN, and CAP_BPF for XDP
doctor-xdp-mounted = a file system for pinned programs is mounted
doctor-xdp-lacking = for rules that outlive the enforcer; `mount -t bpf bpf /sys/fs/bpf`
doctor-namespaces = namespaces
doctor-namespaces-there = network namespaces
doctor-namespaces-lacking = for `issei lab`; this kernel has no network namespaces
doctor-client = { $daemon }'s client
doctor-for-nft = for rules in the packet filter; on Debian `apt-get install { $package }`
doctor-for-softflowd = for flow export from this machine; on Debian `apt-get install { $package }`
doctor-for-daemon = for reading back from { $daemon }; on Debian `apt-get install { $package }`

## enrol
enrol-read-aloud = read it aloud to somebody of { $member } whom you know; it serves once, until { $until } UTC
enrol-there = there: `issei enrol join DIR --as { $member } --coordinator ADDRESS:PORT`
enrol-code = the code that was read to you:
enrol-joined = joined the country of { $coordinator }
enrol-in-force = in force: charter { $charter }
enrol-offered = offered: charter { $charter }
enrol-people = people
enrol-none-yet = none yet
enrol-compare = compare the digest with the coordinator's by another way, then
enrol-compare-offered = compare the digest with the coordinator's by another way than this line, then
enrol-no-offer = no other charter was offered
enrol-would-change = it would change

## what a charter says of itself, line by line
charter-coordinator = coordinator { $coordinator }
charter-log = log { $log }
charter-approvals = approvals needed { $n }
charter-ceilings = ceilings { $order } lines an order and { $day } a day, raised by { $one } and { $other }
charter-ceilings-shipped = ceilings as shipped
charter-member = member { $member }, { $lines } lines, witness { $witness }, desk { $desk }
charter-approver = { $person } approves with { $key } until { $until }
charter-proposer = { $person } proposes with { $key } until { $until }

## enforcer
enforcer-set-up = an enforcer is set up in { $place }
enforcer-charter = the charter
enforcer-next = next: name its devices in { $place }/devices.toml, put its own safeguards into { $place }/safeguards.json,
enforcer-next-run = set `enforcer = "{ $socket }"` in the office's settings.toml, then issei enforcer run { $place }
enforcer-same-charter = the office goes by the same charter
enforcer-other-charter = the office goes by another charter:
enforcer-pin = pin it with --accept { $digest }
enforcer-charter-holds = this charter holds here from now on
enforcer-charter-holds-and = this charter holds here from now on; { $told }
enforcer-held = { $n ->
        [one] { $n } order
       *[other] { $n } orders
    } held, lead { $lead }
enforcer-reflexes = { $n ->
        [one] { $n } reflex acts
       *[other] { $n } reflexes act
    }, room for { $room }
enforcer-no-reflexes = no device here takes reflexes
enforcer-sentinel = sentinel { $address }, answered by `issei sentinel answer`
enforcer-well = well
enforcer-stopped = stopped: the devices are empty, and nothing comes in
enforcer-emptied = stopped: no process runs here; the devices were emptied from here, and nothing comes in
enforcer-resumed = orders may come in again; what was taken away stays away
enforcer-read-again = read again; { $lifted }; standing lists follow, and `issei enforcer status` counts their names
enforcer-lifted = { $n ->
        [one] { $n } order was
       *[other] { $n } orders were
    } taken away

## collect
collect-begins = issei collects
collect-listening = listening
collect-capturing = capturing
collect-list = list
collect-buffer = buffer
collect-buffer-small = { $got } of { $wanted } for each socket; raise net.core.rmem_max, or run with CAP_NET_ADMIN
collect-steering = steering
collect-steering-by-port = by address and port: the kernel refuses to steer by address alone
collect-ours-private = { $prefixes } (the private ranges, for nobody said; name yours with --ours)
collect-reflexes = reflexes
collect-reflexes-office = the office in { $place }
collect-ended = issei ended after { $lasted }
collect-datagrams = datagrams
collect-datagrams-are = { $received } received, { $dropped } dropped by the kernel
collect-records-are = { $decoded } decoded, { $judged } judged, of { $packets } packets
collect-problem = problem
collect-problem-is = { $n } × { $kind }: { $explanation }
collect-blind = the kernel did not tell what it dropped, so loss there is not counted
collect-told = told
collect-told-are = { $n ->
        [one] { $n } finding
       *[other] { $n } findings
    } in all: { $levels }
collect-delay = delay
collect-delay-is = from datagram to finding below { $half } for half of them, below { $most } for 99 of 100
collect-webhook = webhook
collect-webhook-is = { $delivered } delivered, { $failed } failed, { $away } turned away
collect-reflexes-are = { $acted } acted on, { $refused } refused, { $failed } not handed over, { $away } turned away
collect-watched = watched traffic
collect-watched-is = { $shown } shown, { $lost } lost

## config check
config-fine = { $file }: no mistakes
config-range = From { $range }.

## what a list gave
list-note = { $path }: { $entries }
list-note-rest = { $path }: { $entries }, { $lines } without an address (such as line { $line }: `{ $text }`)

## lab
lab-place = { $name } in { $folder }
lab-processes = { $n ->
        [one] { $n } process runs
       *[other] { $n } processes run
    }
lab-ended = ended: { $roles }
lab-links-down = links down: { $links }
lab-held-order = order { $order }: { $held }
lab-held-staged = there, and does nothing yet
lab-held-active = in force since { $since }
lab-held-broken = something of it is missing
lab-users = users: { $asked } questions, { $failed } without an answer
lab-bots = bots: { $hear }; { $suspected }
lab-bots-none = not hijacked, or never answered
lab-bots-hear = hear their command server
lab-bots-silent = have heard nothing for { $seconds } s
lab-suspected = { $n ->
        [one] { $n } line
       *[other] { $n } lines
    } suspected
lab-next = next: issei lab attack { $place }, issei lab story { $place }, issei lab down { $place }
lab-hijacked = { $n } devices are hijacked: they scan, and listen to { $command }
lab-link-down = { $link } is down; `issei lab mend { $link }` takes it up again
lab-link-up = { $link } is up
lab-down = ended { $processes }, removed { $namespaces }; nothing is left
lab-down-processes = { $n ->
        [one] { $n } process
       *[other] { $n } processes
    }
lab-down-namespaces = { $n ->
        [one] { $n } namespace
       *[other] { $n } namespaces
    }
lab-by-stop = { $member } by `issei stop`
lab-by-enforcer-stop = { $member } by `issei enforcer stop` with its process dead

## stop
stop-enforcer-trouble = the enforcer is in trouble: { $why }; run `issei enforcer stop { $place }`
stop-enforcer-silent = { $why }; run `issei enforcer stop { $place }` to empty its devices
stop-enforcer-unknown = if this member has an enforcer, its devices may still cut: run `issei enforcer stop` on its folder
stop-not-all = not everything is stopped here

## what was lost on the way in, and by whose fault
problem-unknown-protocol = the datagram is none of NetFlow v5, v9, IPFIX or sFlow v5
problem-truncated = the bytes end before the structure they announce
problem-bad-length = a length field contradicts the bytes around it
problem-bad-count = a count field promises other than what is there
problem-bad-template = a template has no fields, a reserved id or records longer than a datagram
problem-data-before-template = a data set came whose template is not known; it was kept for a while
problem-template-never-came = a kept data set never got its template and was given up
problem-waiting-room-full = a kept data set found no place among those waiting for templates
problem-too-many-templates = an exporter has as many templates as one may have
problem-too-many-exporters = there are as many exporters and observation domains as the table holds
problem-sequence-gap = sequence numbers tell that records or datagrams were lost before they came
problem-sequence-back = a datagram came late, twice or out of order
problem-no-addresses = a record carries no addresses, so there is nobody to judge
problem-bad-time = a record's times lie outside what its own datagram allows; the export time stands in
problem-bad-sampling = a sampling rate was announced as zero or absurd and is not believed
problem-unknown-withdrawal = a template was withdrawn that nobody had announced
problem-unsupported = a sample or record of a kind that is not decoded was stepped over by its length
problem-useless-options = an options record lacks the fields that would make it useful
problem-unknown-link-type = a packet is of a link type that is not decoded
problem-not-ip = a packet is not IP (ARP, spanning tree and the like)
problem-bad-packet = a packet's headers are cut off or contradict each other
problem-short-snap = the capture kept too few bytes of a packet to see its headers
problem-flow-table-full = the flow table was full and a flow was closed early to make room
problem-damaged-entry = a block or line of a file is damaged and was stepped over
problem-bad-line = a line of a log lacks a column or has one that does not read
problem-socket-drop = the kernel dropped datagrams because the socket's buffer was full
problem-oversize = a datagram was longer than the receiver takes
problem-queue-full = the judging side could not keep up and a batch was turned away
problem-line-table-full = the table of lines was full and a record's line could not be watched
problem-endpoint-table-full = the table of remote endpoints was full and a contact was not remembered
problem-dossier-table-full = the table of dossiers was full and a suspect's detail was not kept
problem-victim-table-full = the table of watched victims was full and a flood may be seen late
problem-stray-time = a record's time is far behind or ahead of the stream and only its counts were used
problem-delivery-failed = a finding could not be handed to its receiver
problem-of-sender = the sender's
problem-of-path = the way's
problem-of-ours = ours

## whose side is ours, and what a file holds
ours-named = you named them
ours-private-send = private addresses that send
ours-private-receive = private addresses that receive, for none sends
ours-most-partners = the address with the most partners
ours-answered-unasked = the addresses that somebody answers without having been asked
ours-untold = no side could be told from the traffic; name yours with --ours
content-packets = packets
content-exports = packets that carry exported flow records
content-datagrams = export datagrams
content-connections = Zeek connections
analyze-reading = reading { $bar } { $percent } %  { $read } of { $all }, { $pace }, { $left } left

## verify
verify-whole = { $path }: { $records }, whole and unchanged
verify-hash = the last hash is { $last }
verify-keep = keep it elsewhere: only beside it shows that nothing was cut off the end
verify-unreadable = cannot be read: { $cause }
verify-no-record = line { $line } is not a finding's record; a torn last line is left by a crash and may be cut off
verify-changed = line { $line } was changed after it was written
verify-unchained = before line { $line } something was taken out, put in or moved

## simulate and scenario
simulate-is = { $place }: { $name }, { $lines }, { $minutes }, seed { $seed }
simulate-seen = { $packets } seen, { $records }
simulate-seen-in = { $packets } seen, { $records } in { $datagrams }
simulate-made-up = { $bots } hijacked, { $servers }, { $floods }
simulate-servers = { $n ->
        [one] { $n } command server
       *[other] { $n } command servers
    }
simulate-floods = { $n ->
        [one] { $n } flood
       *[other] { $n } floods
    }
simulate-truth = the truth: { $path }
simulate-next = next: issei analyze { $place } { $ours }
simulate-sending = sending to { $address } for { $minutes }
count-minutes = { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }
count-datagrams = { $n ->
        [one] { $n } datagram
       *[other] { $n } datagrams
    }
scenario-hold = { $held } of { $all } stories hold

## keys
keys-passphrase = passphrase of { $path }

## ledger
ledger-files-in = the ledger's files are in { $place }
ledger-verify-with = verify it anywhere, with keys that you have from the members themselves; the charter here has
ledger-made-up = { $n ->
        [one] { $n } made-up entry
       *[other] { $n } made-up entries
    }
ledger-fault-unpublished = there is no `checkpoint`; name the folder in which it lies
ledger-fault-refused = `{ $path }`: { $refusal }
ledger-fault-stranger = `{ $path }` bears a signature line of `{ $name }`, whose key was not handed in; hand it in, or ask who that is
ledger-fault-root = `{ $path }` is not of the log that these files make; keep both and ask the log's owner
ledger-fault-missing = `{ $path }` is missing; fetch it again
ledger-fault-altered = `{ $path }` was altered; fetch it again
ledger-fault-entry = entry { $index } was altered, in `{ $path }`; fetch it again
ledger-fault-body = the body of entry { $index } was altered, in `{ $path }`; fetch it again
ledger-fault-unknown = `{ $path }` belongs to no log; find out who put it there, and take it away
