# What the command line says, in English. A key names a verb and what is said; the Japanese catalogue has the same keys.

## demo/country.rs
demo-an-outbreak = AN OUTBREAK
demo-made-up = A made-up country: 20,000 lines at five providers. Traffic, people, their statements and the devices are made up; detection, gates, signatures, TLS, ledger and protocol are those of production. Nothing leaves this machine.
demo-worm = In six hours a worm takes { $bots } devices. One is { $camera }: it still films, and it scans the world beside.
demo-what-each-provider-finds = WHAT EACH PROVIDER FINDS
demo-member-found = { $name }: { $lines } of its lines are suspected; candidates for their commander: { $listed }
demo-named-by = { $goal } is named by { $members } providers that do not see each other's lines. What they tell names no line: the findings stay with them, under salted commitments.
demo-a-country = A COUNTRY
demo-up = A coordinator and five members are up, each with its own database, keys and certificate. Each joined with a one-time code read aloud, accepted the charter, and is a witness of the ledger.
demo-the-gates = THE GATES
demo-first-attempt = The cameras also talk with { $goal }, and so the first attempt aims there:
demo-radius = { $goal } was contacted by at least { $bots } suspected lines; at most { $benign } others would be hit. Each provider told numbers only, and small ones not at all.
demo-signed = WHAT TWO PEOPLE OF TWO PROVIDERS SIGN
demo-all-at-once = ALL AT ONCE
demo-staged = judged it by its own gates, and staged the rule
demo-knows-t = knows T
demo-cuts = cuts
demo-spread = After the canary, { $together } providers cut at the same moment: first to last { $milliseconds } ms.
demo-packets = As the members count it: { $before } packets came back from { $goal } in the five seconds before T, { $since } in the two seconds after.
demo-covered = Of { $all } hijacked lines that obey { $goal }, { $cut } can no longer hear it. { $covered } lines are covered; nobody logged in to anything.
demo-one-leaves = ONE LEAVES
demo-hospital = A hospital of { $leaver } needs the address. { $leaver } leaves, asks nobody, and its rule is gone; the others go on.
demo-lifted-early = Somebody lifted it before its end; no rule is left anywhere.
demo-the-end = THE END COMES BY ITSELF
demo-ends-in = The order ends in { $left } s, at { $ends }, whoever is asleep then.
demo-over = { $late } s later no rule is left anywhere. Nobody had to do anything.
demo-check = ANYBODY MAY CHECK IT
demo-ledger = The ledger is whole: { $size } entries, every byte under { $witnesses } witnesses' signatures, in a form that programs of others verify too.

## demo/web.rs
demo-the-window = THE WINDOW
demo-links = The same story stands at pages. Each link works once and is for one person; open each in a window of its own (a private one keeps the people apart).
demo-can-sign = Two approvers can read and sign it in their browsers now. Enter lets the made-up people sign instead.
demo-pages-stay = The pages stay until you press Enter.

## lab/story.rs
lab-radius = Case { $case }: at least { $bots } suspected lines were in contact with { $goal }; at most { $benign } others would be hit.
lab-approved = Two people of two providers have read it and signed. They are invented, and their keys are known to everybody.
lab-staged = has staged the rule, and knows T
lab-drops = its router drops
lab-all-at-once = ALL AT ONCE
lab-stopped = Packets stopped at { $stopped } of five. Hijacked devices asked their server { $pings } times for orders and heard { $answers }. Meanwhile ordinary people asked { $asked } questions at a service, at the next address and at another port of the same machine; { $failed } went without an answer. At the order's end packets passed again at { $again } of five, and nobody had to do anything.
lab-taken-back = TAKEN BACK
lab-recalled = One person took the order back; { $ms } ms later packets passed everywhere.

## lab/flood.rs
lab-floods = A LINE FLOODS
lab-standing-orders = Beforehand two people have signed two standing orders for m1: a line that floods is limited to { $limit } packets a second, and what the operator at { $neighbour } asks for his own address is dropped. Both are in the ledger.
lab-flood-limited = { $lines } lines of m1 open connections at { $victim } and never go on: { $from } a second arrive. { $seconds } s after the first packet the exporter has told enough, and every line is limited in the router's kernel; from the office's decision to the rule that was read back it took { $slowest } ms at most. Now { $to } a second arrive. Meanwhile { $asked } questions were asked by ordinary people; { $failed } went without an answer.
lab-flood-dropped = The operator signs a request for port { $port } of his own address; { $ms } ms later m1 drops it in the kernel, and { $openings } a second arrive. His other port answers: { $asked } questions, { $failed } without an answer.

## lab/story/hard.rs
lab-kill-switches = KILL SWITCHES
lab-switch-pulled = One person of m{ $stops } pulled its kill switch. At m{ $stops_alone } the enforcer was dead, and its switch worked without it. The other three went on.
lab-everybody-dead = EVERYBODY DEAD
lab-killed = kill -9 to { $count } processes: coordinator, offices, enforcers, collectors. The order has { $left } s left, and nobody is there to end it.

## lab/story/before.rs
lab-an-outbreak = AN OUTBREAK
lab-country = Five providers, each a Linux router in a network namespace. { $bots } devices are hijacked: each looks for others at the telnet port, and listens to { $goal }. The packets are real; so are routers, filters, offices, TLS, ledger and protocol. Made up are the traffic, the people and their statements.
lab-collectors-found = { $took } s later every provider's collector has found its hijacked lines, from NetFlow that softflowd exports on the access interface.
lab-what-each-provider-finds = WHAT EACH PROVIDER FINDS
lab-who-commands = Who commands them takes longer: a server in use for less than a minute is named by nobody.
lab-named-by-all = { $goal } is named by all five, who do not see each other's lines.
lab-told-again = Another order on the same target needs fresh evidence; all five have told of it again.
lab-the-gates = THE GATES

## lab/story/names.rs
lab-a-name = A NAME
lab-name-family = Another family finds the same server by the name { $commands }. The lines of m2 ask BIND, those of m3 Unbound; each fetches a small zone from its member's enforcer.
lab-name-radius = Case { $case }: { $commands } stands for { $command }, by five members' resolvers. At most { $benign } lines beside { $bots } suspected contacted that address on any port; who asked the name and contacted nothing is not known, and the order says so.
lab-name-refused = At T both refused the name: { $refused } questions. { $asked } questions for another name were asked meanwhile, { $failed } without an answer. At the order's end the name was answered again, and nobody had to do anything.
lab-names-head = resolver     last answered   first refused   answered again
lab-names-beneath = { "                   " }after T         after T    after the end
lab-names-spread = spread of the resolvers, first refused
lab-names-recalled = answered again after a person took the order back
lab-names-others = questions for another name / without an answer
lab-names-bots = look-ups of bots while in force / answered

## lab/story/table.rs
lab-figures = Figures, in milliseconds
lab-figures-head = member   last passed   first stopped   packets      passed again
lab-figures-beneath = { "           " }after T         after T     every        after the end
lab-figures-canary = { "*" } the canary, at a T of its own
lab-figures-spread = spread of the others, first stopped / last passed
lab-sentinels-spread = spread of the others by sentinel, first unanswered
lab-figures-users = ordinary questions while in force / without an answer
lab-figures-bots = pings of hijacked devices while in force / answered
lab-figures-doubt = measured packets lost otherwise / not seen by the watch
lab-figures-recall = passed again after a person took the order back
lab-sentinels-recall = answered again by the last sentinel after a person took the order back
lab-figures-switch = passed again after a kill switch
lab-figures-death = passed again after the end, with everybody killed

## lab/story/sentinels.rs
lab-sentinels = The same by the members' own sentinels, as their receipts say, in milliseconds
lab-sentinels-head = member   last answered  first unanswered   grain   answered again    first drop
lab-sentinels-beneath = { "             " }after T         after T               after the end   by a device

## drill.rs
drill-all-at-once = ALL AT ONCE
drill-cut-off = { $cut_off } loses its connection before T is known
drill-a-rehearsal = A REHEARSAL
drill-what-is-real = findings, gates, signatures, protocol and ledger are real; people, statements, clocks, network and devices are made up
drill-the-gates = THE GATES
drill-row-on = row X1 is switched on, counsel's opinion and the statements are attached and confirmed
drill-signed = WHAT TWO PEOPLE SIGN
drill-gates-open = all gates are open: ground, safeguards, radius, evidence, approvals
drill-in-force = in force at { $names } ({ $covered } lines); after the canary, first to last: { $spread }
drill-over = the order is over: no rule is left anywhere, and nobody had to do anything
drill-afterwards = AFTERWARDS
drill-ledger = the ledger is whole: { $size } entries, root { $root }, { $witnesses } witnesses
drill-files = its files are in { $shown }; check them with
      issei ledger verify { $shown } { $keys }

## stories
story-refused = refused
demo-measured = Measured: { $together } providers cut within { $milliseconds } ms of each other. All of this took { $seconds } s.
drill-entry = entry { $index }: { $decision }
drill-says-no = { $member } says no: { $why }
drill-not-taken = not taken: { $why }
drill-proposed = proposed; members prepare
drill-confirmed = confirmed by { $person }; it goes on to its end
drill-armed = T = { $at } for { $names }
drill-withdrawn = withdrawn: { $why }
drill-staged = has staged the rules, inactive
drill-left = does not take part ({ $why })
drill-in-force-since = read back: in force since { $at }
drill-lifted = read back: the rules are gone
drill-harm = sees harm to ordinary traffic

## refusals
refused-rule = refused by rule `{ $rule }`: { $why }
refused-broke = refused, for gate `{ $rule }` broke: { $why }

## endings
ending-no-quorum = too few members were prepared in time
ending-canary-harm = the canary saw harm
ending-canary-silent = the canary did not report in time
ending-too-late = it could not be armed in time
ending-unconfirmed = nobody confirmed it in time

## counts
count-members = { $n ->
        [one] { $n } member
       *[other] { $n } members
    }
count-entries = { $n ->
        [one] { $n } entry
       *[other] { $n } entries
    }
count-orders = { $n ->
        [one] { $n } order
       *[other] { $n } orders
    }
count-lines = { $n ->
        [one] { $n } line
       *[other] { $n } lines
    }
count-files = { $n ->
        [one] { $n } file
       *[other] { $n } files
    }
count-records = { $n ->
        [one] { $n } record
       *[other] { $n } records
    }

## orders
order-none = no orders, and no drafts
order-draft = draft
order-held = held
order-preparing = preparing
order-canary = canary
order-armed = armed
order-in-force = in force
order-refused = refused
order-ended = ended
order-goals = { $first } and { $more } more
order-refuse = refuse { $goals }
order-drop = drop { $goals }
order-limit = limit to { $packets } packets/s { $goals }
order-redirect = redirect { $goals }
order-ended-at = ended { $at } UTC
order-ends-in = ends in { $left }
order-ends-unless = ends in { $left } unless confirmed
order-stands = stands: { $stands }
order-approved-by-nobody = approved by nobody yet
order-approved-by = approved by
order-read-in-english = read in English
order-read-in-japanese = read in Japanese
order-key = { "    " }key { $key }
order-awaits = ends by itself at { $at } UTC unless an approver who did not propose it confirms it: `issei order confirm { $order }`
order-awaits-until = without a confirmation it ends by itself at { $at } UTC
order-confirmed = confirmed by { $person }, { $at } UTC; it goes on to its end
refused-confirm-ended = the order has ended, or is being ended; nothing brings it back: reopen its case for a new one
refused-confirm-needless = nobody has to confirm this order: it goes on to its end
refused-confirm-early = no member has fired yet, so nobody has seen what the order does; confirm it after T
refused-confirm-known = the order was confirmed already
refused-confirm-late = too little time is left for every member to hear of it, so the order ends by itself; reopen its case for a new one
refused-confirm-within = the time to confirm, { $within }, is not in whole seconds from { $least } to less than the { $lasts } that the order lasts; the nearest that is right is { $nearest }
refused-confirm-short = the order lasts { $lasts }, too short for anybody to confirm it within { $least }, which is the least; let it last longer
order-members = members
order-lines = { $n } lines
order-drafted = read it with `issei order show`; two people of two organisations sign it with `issei order approve`
order-drafted-held = read it with `issei order show`; two people of two organisations sign it with `issei order approve`; then let it go with `issei order arm`
sign-question = sign this text as { $person }?
sign-question-proposer = sign this text as { $person }? (you proposed it; the office will refuse)

## members towards T
member-preparing = preparing
member-staged = staged
member-armed = armed
member-unread = not read back
member-in-force = in force
member-harm = in force, harm
member-refused = refused: { $why }
member-left = left: { $why }
member-lifted = lifted
member-in = in { $left }
member-after-t = { $gone } after T
member-since = since { $at }
member-at = at { $at }
objection-legal-word = legal
objection-collateral-word = collateral
objection-capacity-word = capacity
objection-technical-word = technical
objection-customer-word = customer

## order watch
watch-leave = q leaves this view; the order goes on
watch-title = order { $name }  { $state }  case { $case }
watch-hidden = and { $n } more; widen the terminal to see them
watch-canary = canary
watch-t-in = T { $at } UTC, in { $left }
watch-t-ago = T { $at } UTC, { $gone } ago
watch-draft = people read and sign it; no member knows of it yet
watch-held = held; `issei order arm` lets it go once people approved
watch-never = T never came
watch-no-t = no T yet: { $ready } % of the lines are staged, { $needed } % are needed
watch-in-force = in force for { $lines } of { $all } lines ({ $percent } %)
watch-in-force-spread = in force for { $lines } of { $all } lines ({ $percent } %); spread { $spread }
watch-order = order { $name } { $state }
spread-nowhere = it came in force nowhere
spread-reach = came in force at { $members }, { $lines } lines ({ $percent } %)
spread-canary-only = { $reach }; only the canary fired
spread-span = spread, first to last: { $span }
spread-ends = first { $first }, last { $last }

## status
status-stopped-only = the kill switch is on; nothing is in force here
status-member = { $office }, a member; { $now } UTC
status-coordinator = { $office }, the coordinator; { $now } UTC
status-orders = orders and drafts
status-stopped = the kill switch is on; `issei resume` takes part again
status-log-behind = the log is not read to its end: nothing new comes into force; look at the line to the coordinator
status-witnesses-few = too few members witness the log: nothing new is decided; look at the members' lines
status-charter-offered = another charter is offered ({ $aloud }); `issei enrol review` shows it
status-gate-broke = a gate broke { $n ->
        [one] { $n } time
       *[other] { $n } times
     } since the start, and said no; the office's diary tells which: mend the own pack, and send SIGHUP to read it again
status-drafts = { $n ->
        [one] { $n } draft waits
       *[other] { $n } drafts wait
     } for people; `issei order show`, `issei order approve`
status-awaits = order { $order } ends by itself at { $at } UTC unless an approver confirms it: `issei order confirm { $order }`
status-reviews-more = { $more } more reviews are due; `issei case list`
status-review-over = review over since { $by } UTC: order { $order } on ground { $ground }; look at it with counsel, then `issei case close { $case }`
status-review-due = review due by { $by } UTC: order { $order } on ground { $ground }; look at it with counsel, then `issei case close { $case }`
status-log = log
status-log-is = { $entries }, { $log }
status-log-read = read to the end
status-log-unread = not read to the end
status-log-witnessed = witnessed
status-log-unwitnessed = not witnessed lately
status-clock = clock
status-clock-within = within { $error }
status-clock-unset = nobody sets it: no cut begins here; set up chrony, or state `clock_error_ms` in settings.toml
status-charter = charter
status-connected = connected
status-alive = alive
status-nothing-lost = nothing was refused or lost
status-counted = counted since the start

## what a subject does
deed-scans-hosts = scans many hosts
deed-scans-sampled = scans many hosts (seen through sampling)
deed-dark = sends to dark space
deed-may-command = may command bots
deed-commands = commands bots
deed-floods = takes part in a flood
deed-flooded = is being flooded
deed-peer-to-peer = is in a peer-to-peer botnet
deed-scans-ports = scans many ports
deed-log-ins = tries log-ins by the dozen
deed-backscatter = is being flooded (seen by backscatter)
deed-listed = meets a listed address
deed-session = held a session as it began
deed-fetched = fetched files before it began
deed-returns = returns again and again
deed-unasked = receives unasked traffic
deed-hands-out = hands out files to suspects
deed-aimed-at = is what suspects aim at
deed-shared = is what suspects share

## how sure
sure-measure = a figure
sure-context = context only
sure-candidate = candidate
sure-count = shown by count
sure-percent = wrong { $percent } % of the time at most ({ $of })
sure-odds = wrong 1 in { $odds } ({ $of })
sure-port = port { $port }
level-measure-word = measure
level-context-word = context
level-candidate-word = candidate
level-finding-word = finding

## case
case-none = no cases; `issei case findings` shows what members told
case-no-findings = members told of no findings; `issei case report` does, at a member
case-answered = { $heard } of { $all } answered
case-not-yet = not yet: { $members }
case-sum = sum them with `issei case assess { $name }`
case-sum-unknown = sum them with `issei case assess { $name }`; who has not answered by then counts as unknown
case-its-order = ; order { $order }
case-title = case { $case }: { $stage }
case-goals = goals
case-evidence = evidence
case-stood-for = stood for
case-who-answered = answered
case-radius = radius
case-order = order
case-refused = refused
case-next-question = next: `issei case question`
case-next-assess = next: `issei case assess`
case-next-propose = next: `issei order propose`
case-next-approve = next: `issei order show`, `issei order approve`
case-next-watch = next: `issei order watch`; `issei case reopen` for a renewal, with fresh findings
case-collecting = open
case-assessed = assessed
case-proposed = proposed
case-cleared = cleared
case-closed = closed
case-forgeable = { $source }: { $rule } [{ $kinds }], could be forged, until { $until } UTC
case-unforgeable = { $source }: { $rule } [{ $kinds }], cannot be forged from afar, until { $until } UTC
case-stood-at = { $source }: { $name } at { $ip }
case-beside = { $beside } at most beside { $suspected } suspected
case-unanswered = unknown: { $members } did not answer
case-partly-unknown = partly unknown: { $member } has a memory of { $days } days
case-asked-only = unknown: who asked the name and contacted none of its addresses, or asked a name below it ({ $hint })
case-shared = shared by others: { $hint }
case-nothing-to-tell = nothing to tell: { $path } names no command server as a candidate or above
case-rest-stays = { $n ->
        [one] { $n } finding stays
       *[other] { $n } findings stay
    } here: they name lines, or weigh too little

## the table of findings
table-more = and { $more } more in the file of findings
table-who = WHO
table-what = WHAT
table-since = SINCE (UTC)
table-how-sure = HOW SURE
table-alike = and { $many } more like it: { $names }
table-also = also { $deed } ({ $id })
table-more-context = and { $more } more of context in the file of findings
table-findings = { $n ->
        [one] { $n } FINDING
       *[other] { $n } FINDINGS
    }
table-candidates = { $n ->
        [one] { $n } CANDIDATE
       *[other] { $n } CANDIDATES
    }, waiting for a second kind of evidence
table-context = { $n } of CONTEXT, no accusation by itself
table-measures = { $n ->
        [one] { $n } MEASURE
       *[other] { $n } MEASURES
    }
table-deed = { $deed }: { $peer }
table-seen-by = , seen by { $name }
table-seen-by-more = , seen by { $name } and { $more } more
table-facts = { $what }; since { $since }; { $sure }

## explain
see-none = No finding has this in it, or none is kept any more.
see-sum = { $shown } shown of { $all } findings that are kept.
see-more = Older ones with --most NUMBER, or with a word: an address, a rule, a level.
explain-title = { $id }  { $level }  { $rule } (revision { $n })
explain-subject-does = { $subject } { $deed }
explain-refutes = What would refute it
explain-not-shown = What it does not show
explain-families = Families whose marks were seen (never needed for the finding)
explain-kinds = Kinds of evidence that do not depend on each other
explain-builds-on = Builds on
explain-seen = What was seen
explain-own-line = a line of ours
explain-own-address = an address of ours
explain-prefix = a prefix
explain-outside = a host outside
explain-subject = subject
explain-subject-is = { $subject } ({ $kind }), said to be: { $role }
explain-other-side = other side
explain-from = from
explain-to = to
explain-decided = decided
explain-decided-after = { $at }, { $delay } after the first of it
explain-test = The test
explain-rule = The rule { $rule }: { $why }.
explain-counts = The rule counts and compares; it makes no statement of probability.
explain-parameters = parameters
explain-statistic = statistic
explain-threshold = threshold
explain-null-model = an innocent subject would
explain-null-origin = that figure comes from
explain-bound = error bound
explain-who = Who saw it
explain-sampling = sampling
explain-exporter = exporter
explain-domain = { $name }, domain { $domain }
explain-nothing-lost = , nothing known to be lost
explain-lost = , { $n ->
        [one] { $n } record
       *[other] { $n } records
    } known to be lost before us
explain-others = Other explanations
explain-ruled-out = ruled out
explain-still-open = still open
explain-sample = Sample of the records ({ $n }, header fields only)
explain-head-first = FIRST (UTC)
explain-head-length = LENGTH
explain-head-protocol = PROTO
explain-head-from = FROM
explain-head-to = TO
explain-head-packets = PACKETS
explain-head-bytes = BYTES
explain-head-back = BACK
explain-head-sampled = SAMPLED
explain-flow = { $first }, { $length }: { $protocol }, { $packets }, { $bytes } bytes, back { $back }, sampled { $sampled }
explain-flow-way = { $from } to { $to }
explain-record = The record
explain-written = written down
explain-deleted = to be deleted
explain-before = of the record before
explain-rate-untold = not told
explain-rate-every = every packet
explain-rate = one packet in { $n }
explain-rates = one packet in { $least } to { $most }
explain-announced = the exporter announced it
explain-configured = the configuration says so
explain-complete = the packets themselves were seen
explain-unknown = nobody said; nothing was scaled
explain-sampled = { $rate }; { $basis }

## analyze
table-nothing = Nothing was found.
report-account-title = ACCOUNT
account-findings = findings
account-not-kept = not kept: { $error } with --out
account-inputs = inputs
account-inputs-are = { $files }, { $bytes }: { $kinds }
account-of-content = { $n } of { $content }
account-passed-over = passed over
account-passed-over-are = { $files } that are nothing known: { $names }
account-broke-off = broke off
account-broke-off-at = { $path }: { $cause }; judged as far as it goes
account-streams = streams
account-streams-are = { $n }, each judged by itself, for nobody named the network; with --ours PREFIX they are one
account-stream = { $name }: { $records }, ours: { $ours }
account-more = and { $n } more in the summary
account-time = time (UTC)
account-from-to = { $from } to { $to } ({ $lasted })
account-packets = { $n ->
        [one] { $n } packet
       *[other] { $n } packets
    }
account-datagrams = { $n ->
        [one] { $n } export datagram
       *[other] { $n } export datagrams
    }
account-lines = { $n ->
        [one] { $n } line
       *[other] { $n } lines
    }
account-empty = an empty file
account-and = { " and " }
account-outside = ; { $n } outside the time wanted
account-records = records
account-judged = { $judged } judged, from { $seen }: { $outbound } outbound, { $inbound } inbound, { $internal } among ours, { $transit } among others{ $outside }
account-ours = ours
account-nobody = nobody
account-losses = losses
account-no-losses = none
account-example = { " " }(such as at { $at }, value { $value })
account-loss = { $n } × { $kind }, { $whose }: { $explanation }{ $example }
account-turned-away = turned away
account-turned-away-are = { $n } findings found no place in memory
account-withheld = not shown
account-withheld-are = { $levels }; `--level measure` shows everything
account-withheld-level = { $n } { $level }
account-budget = error budget
account-budget-is = { $wrong } false finding a day over { $lines } lines and { $rules } rules: alpha { $alpha } per line, rule and day; { $percent } % of the command servers named
count-bytes = { $n ->
        [one] { $n } byte
       *[other] { $n } bytes
    }

## demo --town
town-is = Ten minutes of a small town: a Mirai botnet wakes up, scans and floods; a bank is hit by reflected answers. { $lines } lines, { $packets } packets.
town-truth = BESIDE THE TRUTH
town-lines = hijacked lines found
town-floods = floods found
town-innocent = innocent lines accused
town-of = { $some } of { $all }

## top
top-rate = { $n }/s
top-lost = { $n } lost
top-last = last { $since } ago
top-exporters = exporters
top-exporters-old = exporters, as told { $since } ago
top-no-collector = no collector tells; run `issei collect` with this folder as `[watch] office`
top-cuts = { $n ->
        [one] { $n } cut in force
       *[other] { $n } cuts in force
    }
top-next-end = next end in { $left }
top-log-current = log read and witnessed
top-log-behind = LOG NOT CURRENT
top-connected = { $n } connected
top-entries = { $n } entries
top-stopped = STOPPED
top-draft-waits = { $order } waits for signatures, { $left } left
top-awaits = { $order } ends by itself in { $left } unless confirmed (c)
top-cases-wait = { $n ->
        [one] { $n } case waits
       *[other] { $n } cases wait
    } for a person: `issei case list`
top-head-order = order
top-head-state = state
top-head-end = end
top-head-case = case
top-head-what = what
top-orders = orders
top-no-orders = no orders, and no drafts; a case begins with `issei case open`
top-members = members towards T
top-not-asked = the members have not been asked yet
top-findings = findings
top-count-findings = { $n ->
        [one] { $n } finding
       *[other] { $n } findings
    }
top-no-findings = nobody told of a finding; at a member `issei case report` does
top-keys = ↑↓ choose · a read and sign · c confirm · w lift · W lift all · q leave
top-only-drafts = only a draft is signed; choose one with the arrows
top-only-awaiting = only an order that waits for it is confirmed; choose one with the arrows
top-not-alive = this order is not alive; choose one with the arrows
top-sign-how = to sign here, start with --as PERSON and --key FILE or --agent
top-signed = signed
top-lift = lift { $order } now?
top-lift-all = lift ALL now?

## reflex
reflex-none = no standing orders, and no drafts
reflex-acted-until = acted on until { $until } UTC
reflex-drafted = read it with `issei reflex show`; two people sign it with `issei reflex approve`, one of them this member's
reflex-until = { $deed } (until { $until } UTC)
reflex-draft = draft
reflex-leaving = leaving
reflex-logged = logged
reflex-judging = judging
reflex-ready = ready
reflex-refused = refused
reflex-ended = ended
reflex-limit = limit floods to { $packets } packets/s
reflex-on-request = drop what { $operator } asks
reflex-forged = drop forged sources
reflex-in = { $what } in { $scope }
reflex-in-prefixes = { $what } in { $n } prefixes
reflex-stopped = reflexes are stopped; `issei resume` lets them act again
reflex-log-behind = the log is not read to its end: no trigger is acted on
reflex-nothing-acts = nothing acts
reflex-acting = acting
reflex-there-after = there after { $after }
reflex-not-there = not seen there yet
reflex-told = told to the ledger in { $n ->
        [one] { $n } batch
       *[other] { $n } batches
    }
reflex-untold = { $n ->
        [one] { $n } activation
       *[other] { $n } activations
    } to be told
reflex-refused-by = refused: { $why } ({ $code })

## appeals
appeals-none-here = no appeals; people outside write them at the window's public page
appeal-is-about = about { $about }
appeal-answer-to = answer to: { $reach }
appeal-in-force-then = in force on it then: { $orders }
appeal-answered-by = answered by { $person } at { $at }: { $words }
appeal-waits-here = waits; `issei appeal answer { $reference } --as PERSON WORDS`

## keys
keys-new-passphrase = a new passphrase for { $path }
keys-once-more = once more
keys-hexadecimal = in hexadecimal
keys-aloud = to read aloud
keys-ssh = for ssh-keygen

## window
window-token-once = it is shown this once; send it as `Authorization: Bearer`
window-token = token { $name } of { $person }: { $roles }, until { $until }
window-wants-key = { $person } asks to have key { $key } entered
window-nobody = nobody may come yet; `issei window invite` makes a link
window-give = give it to { $person } and nobody else; it works once, within a day

## ledger
ledger-broken = { $path }: broken: { $why }
ledger-whole = { $entries } ({ $bodies } of them kept apart) in { $files }, whole and unchanged
ledger-root = the log `{ $name }`; its root is { $root }
ledger-checkpoints = { $n ->
        [one] { $n } checkpoint
       *[other] { $n } checkpoints
    } checked; the newest goes on from each of them
ledger-unsigned = no signature was checked; name the log's key with --key and its witnesses with --witness
ledger-witnessed = signed by the log and by { $witnesses }; enough of them since { $at } UTC
ledger-unwitnessed = signed by the log; no witness was asked for: name them with --witness
ledger-strangers = not checked: the lines of { $strangers }
ledger-uncovered = { $n ->
        [one] { $n } file lies
       *[other] { $n } files lie
    } beyond what was signed and says nothing
ledger-confirmed = { $whole } of { $all } orders that had to be confirmed were, or ended; { $open } had time left
ledger-confirmed-wrong = entry { $index } is no confirmation of order { $order }: { $why }
ledger-confirmed-not-asked = no order above it has to be confirmed under this name
ledger-confirmed-early = nobody had fired
ledger-confirmed-signature = the order's proposer signed it, or its signature is not over this order's confirmation

## stop
stop-empty = stopped: the device is empty, and nothing comes into force any more
stop-lifted = stopped: { $n ->
        [one] { $n } rule
       *[other] { $n } rules
    } lifted from the device, and nothing comes into force any more
stop-torn = the device's table was not whole, so there may have been others; they are gone too
stop-enforcer = the enforcer's devices are empty too
stop-office-knows = the office knows, and tells the coordinator; take part again with `issei resume`
stop-no-office = no process runs here, so nobody told the coordinator; once the office runs again, `issei resume` takes part again
stop-office-trouble = the office was told and is in trouble: { $why }; it finds the stop by itself within a second, then `issei resume` takes part again

## lists
lists-unchanged = nothing was changed
lists-taken = an office or enforcer that runs there goes by it within a second
lists-hints-taken = the next answers about a radius tell it
lists-prefixes-new = { $n ->
        [one] { $n } prefix is new
       *[other] { $n } prefixes are new
    }
lists-entries-new = { $n ->
        [one] { $n } entry is new
       *[other] { $n } entries are new
    }
lists-counts = { $new }, { $known } known, { $refused } refused
lists-stay = { $n ->
        [one] { $n } entry of this list stays
       *[other] { $n } entries of this list stay
    } that its keeper no longer names
lists-refused-at = refused at { $number }: `{ $text }`
lists-entry = { $place } ({ $kind }; list `{ $source }`)
lists-more = and { $more } more
lists-nobody-runs = nobody runs there, so it is not known what of living orders meets it
lists-ends = order { $order } ends by it: `{ $goal }` meets { $place }
lists-no-order = no living order meets it
lists-nothing-vanished = nothing vanished from the own list
lists-still-count = these stand in the own list no more and still count; let them go with --accept { $digest }
lists-let-go = these count no more, within a second or from the next start on

## What a finding says of itself: rules, roles, bounds, kinds of evidence
why-horizontal-scan = many first contacts to one kind of port fail: a scan, its outcome known (D1)
why-sampled-scan = openings to ports that only worms probe, seen through sampling (D2)
why-sensor-hit = an own address sends to dark space (D3)
why-command-enrichment = a remote service shared by infected lines far beyond chance, within device classes (D4)
why-command-confirmed = a command server with two independent kinds of evidence (D5)
why-outbound-flood = an own line takes part in a flood (D6)
why-inbound-flood = an address or prefix is being flooded (D7)
why-peer-to-peer-bots = suspects that talk among each other without a server (D8)
why-vertical-scan = many ports of one host are tried
why-login-brute-force = many log-ins are tried at one service
why-backscatter = answers to questions never asked: somebody forges this address's traffic partner
why-indicator-match = a list of indicators speaks of the other side
why-command-session = a session that a suspect held when it began to scan or flood
why-download = a download from the host that later commands, or shortly before the first scan
why-persistent-contact = one line returns to one service again and again
why-background-radiation = unsolicited traffic that an own address receives in a day
found-scanner = scanner
found-bot = bot
found-command-server = command-server
found-download-server = download-server
found-flood-source = flood-source
found-victim = victim
found-login-guesser = login-guesser
found-contact = contact
found-sensor = sensor
bound-line-day = per line and day
bound-line-hours = per line and { $n } h
bound-line-window = per line and window of 10 s
bound-line-windows = per line and window
bound-line-host = per line and host
bound-target-window = per target and window of 10 s
bound-subject-window = per subject and window of 10 s
bound-service-day = per remote service and day
bound-suspect-day = per suspect and day
bound-share = expected share of wrong ones among all services named within an epoch
bound-together = of all tests of this rule together
bound-looks = over all looks
bound-guards = before the guards on size, likeness and pace
bound-each-counts = each counts at { $n }
bound-rule-counts = the rule counts at { $n }
kind-worm-ports = openings to ports that hardly anybody but worms asks
kind-dark = openings to addresses that nobody uses
kind-ports = failed openings to many ports of one host
kind-log-ins = many short sessions with one log-in service
kind-own = the line's own scan or sensor hit
kind-peers = its peers are suspects beyond chance
kind-received = volume and shape of what one subject receives
kind-joint = suspects that send to one target at once
kind-one-way = one-way volume of one line
kind-answers = answers at addresses that did not ask
kind-shared = enrichment among suspects, within device classes
kind-dated = dated intelligence: { $sources }
why-sentence = { $goal }: { $cut }; { $found }; { $never }.
why-not-cut = nothing is in force against it
why-cut = cut by order { $order } of case { $case } on ground { $ground } until { $until }
why-comes = order { $order } of case { $case } on ground { $ground } is on its way to cut it, until { $until }
why-drafted = not cut, but people read a draft: order { $order } of case { $case } on ground { $ground }
why-was-cut = not cut any more: order { $order } of case { $case } has ended
why-refused = not cut here: this member takes no part in order { $order } of case { $case }
why-more = { $first }, and { $more } more about it
why-found = { $n ->
    [one] 1 finding
   *[other] { $n } findings
} by { $members }, the newest seen until { $newest }
why-found-nothing = no member found anything about it
why-found-elsewhere = what members found about it is told at the coordinator
why-in-case = { $found } (case { $cases })
why-never = never cut, for { $why }
why-on-no-list = no list says that it is never cut
why-own = { $n ->
    [0] The own collector found nothing about it.
    [one] The own collector has 1 finding about it: `issei see` shows it.
   *[other] The own collector has { $n } findings about it: `issei see` shows them.
}
why-own-many = The own collector has { $n } findings about it, or more: `issei see` shows them.
show-coordinator = coordinator
show-log-key = the log's public key
show-members = members
show-never-cut = entries of what is never cut
show-lists-digest = digest of those entries
show-no-traffic = Nobody told what passes between lines and this order's goals.
show-no-traffic-next = Run `issei collect` beside a member's office with `office` in its `[watch]` section; the glossary tells what is counted.
show-asked = Packets of lines
show-answered = Packets back
show-traffic-lost = { $n ->
    [one] 1 exchange found no room or came too late
   *[other] { $n } exchanges found no room or came too late
}
show-more-looks = Older ones with --most NUMBER, or with a word that is in them.
