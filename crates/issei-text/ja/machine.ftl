# 機器を運用する人への文言(日本語):doctor、enrol、enforcer、collect、実験国の画面、入力の不備。キーは動詞と内容を表し、
# 英語版と同じキーを持つ。

## doctor
doctor-clock-kept = カーネルの時刻は誤差 { $error } 以内で同期済み
doctor-clock-off = 誤差は最大 { $error }(指令の要求は { $limit })。時刻同期の精度が低い原因を調べてください
doctor-clock-nobody = 時刻同期なし。chrony などの NTP クライアントを動かすか、ホスト側で同期している場合は `clock_error_ms` を指定してください
doctor-clock-untold = カーネルから時刻の誤差を取得できません:{ $error }
doctor-files = ファイル制限
doctor-files-lacking = /sys/kernel/security/lsm に Landlock がありません。このままでは執行者がすべてのファイルを読めます
doctor-calls = システムコール制限
doctor-calls-lacking = { $path } に `errno` がなく、執行者のシステムコールを制限できません
doctor-capabilities = ケーパビリティ
doctor-capabilities-held = CAP_NET_ADMIN と CAP_BPF を保有
doctor-capabilities-lacking = このユーザーにはありません。執行者には CAP_NET_ADMIN が、XDP には CAP_BPF も必要です
doctor-xdp-mounted = プログラム固定用のファイルシステムをマウント済み
doctor-xdp-lacking = 執行者が停止しても規則を残す場合に必要です。`mount -t bpf bpf /sys/fs/bpf`
doctor-namespaces = 名前空間
doctor-namespaces-there = ネットワーク名前空間を利用可能
doctor-namespaces-lacking = `issei lab` に必要です。このカーネルにはネットワーク名前空間がありません
doctor-client = { $daemon } のクライアント
doctor-for-nft = パケットフィルターの規則に使用します。Debian では `apt-get install { $package }`
doctor-for-softflowd = この機器からのフロー出力に使用します。Debian では `apt-get install { $package }`
doctor-for-daemon = { $daemon } からの読み戻しに使用します。Debian では `apt-get install { $package }`

## enrol
enrol-read-aloud = 面識のある { $member } の担当者に読み上げてください。一度だけ、{ $until } UTC まで有効です
enrol-there = 相手側での操作:`issei enrol join DIR --as { $member } --coordinator ADDRESS:PORT`
enrol-code = 読み上げられたコード:
enrol-joined = { $coordinator } の国に加入しました
enrol-in-force = 現行の憲章:{ $charter }
enrol-offered = 提示された憲章:{ $charter }
enrol-people = 登録者
enrol-none-yet = まだありません
enrol-compare = ダイジェストを別の手段で調整機関のものと照合した上で、次を実行してください
enrol-compare-offered = ダイジェストをこの回線以外の手段で調整機関のものと照合した上で、次を実行してください
enrol-no-offer = 別の憲章は提示されていません
enrol-would-change = 変更内容

## what a charter says of itself, line by line
charter-coordinator = 調整機関 { $coordinator }
charter-log = 台帳 { $log }
charter-approvals = 必要な承認 { $n } 名
charter-ceilings = 上限 指令ごとに { $order } 回線・1 日 { $day } 回線({ $one } と { $other } が引き上げ)
charter-ceilings-shipped = 上限 標準値
charter-member = 参加事業者 { $member }、{ $lines } 回線、証人の鍵 { $witness }、窓口 { $desk }
charter-approver = 承認者 { $person }、鍵 { $key }、期限 { $until }
charter-proposer = 提案者 { $person }、鍵 { $key }、期限 { $until }

## enforcer
enforcer-set-up = { $place } に執行者を設定しました
enforcer-charter = 憲章
enforcer-next = 次の一手:{ $place }/devices.toml に装置を、{ $place }/safeguards.json に自組織の保護対象を記入し、
enforcer-next-run = 事務局の settings.toml に `enforcer = "{ $socket }"` を指定した後、`issei enforcer run { $place }` を実行してください
enforcer-same-charter = 事務局の憲章と同一です
enforcer-other-charter = 事務局の憲章は異なります:
enforcer-pin = 採用する場合は --accept { $digest } を指定してください
enforcer-charter-holds = 今後はこの憲章に従います
enforcer-charter-holds-and = 今後はこの憲章に従います。{ $told }
enforcer-held = 指令 { $n } 件を保持、先行時間 { $lead }
enforcer-reflexes = 実施中の自動措置 { $n } 件、余地 { $room } 件
enforcer-no-reflexes = 自動措置に対応した装置はありません
enforcer-sentinel = 標識 { $address }(応答は `issei sentinel answer`)
enforcer-well = 正常
enforcer-stopped = 停止しました:装置に規則はなく、新たな遮断も行いません
enforcer-emptied = 停止しました:執行者が動いていないため、ここから装置の規則をすべて解除しました。新たな遮断も行いません
enforcer-resumed = 指令の受け入れを再開しました。解除した遮断は解除されたままです
enforcer-read-again = 再読み込みしました。{ $lifted }。常設リストは続けて読み込みます(名前の件数は `issei enforcer status`)
enforcer-lifted = 解除した指令 { $n } 件

## collect
collect-begins = issei は収集を開始しました
collect-listening = 待ち受け
collect-capturing = 取得元
collect-list = リスト
collect-buffer = バッファー
collect-buffer-small = ソケットごとに { $wanted } のうち { $got } のみ確保。net.core.rmem_max を引き上げるか、CAP_NET_ADMIN を付けて実行してください
collect-steering = 振り分け
collect-steering-by-port = アドレスとポートによる振り分け(カーネルがアドレスのみによる振り分けを拒否)
collect-ours-private = { $prefixes }(指定がないためプライベートアドレス。--ours で指定してください)
collect-reflexes = 自動措置
collect-reflexes-office = { $place } の事務局
collect-ended = issei は終了しました(稼働時間 { $lasted })
collect-datagrams = 受信
collect-datagrams-are = { $received } データグラム、カーネルでの破棄 { $dropped }
collect-records-are = 復号 { $decoded }、判定 { $judged }({ $packets } パケット分)
collect-problem = 不備
collect-problem-is = { $n } × { $kind }:{ $explanation }
collect-blind = カーネルから破棄数を取得できないため、その喪失は数えていません
collect-told = 通知
collect-told-are = 検知結果 合計 { $n } 件:{ $levels }
collect-delay = 遅延
collect-delay-is = データグラムの受信から検知まで、半数は { $half } 未満、100 件中 99 件は { $most } 未満
collect-webhook = Webhook
collect-webhook-is = 送信 { $delivered }、失敗 { $failed }、上限超過による破棄 { $away }
collect-reflexes-are = 措置 { $acted }、拒否 { $refused }、引き渡し失敗 { $failed }、上限超過による破棄 { $away }
collect-watched = 通信の観測
collect-watched-is = 通知 { $shown }、喪失 { $lost }

## config check
config-fine = { $file }:誤りはありません
config-range = 範囲:{ $range }

## what a list gave
list-note = { $path }:{ $entries }
list-note-rest = { $path }:{ $entries }、アドレスのない行 { $lines }(例:{ $line } 行目 `{ $text }`)

## lab
lab-place = { $name }({ $folder })
lab-processes = 動作中のプロセス { $n }
lab-ended = 終了したプロセス:{ $roles }
lab-links-down = 切断中のリンク:{ $links }
lab-held-order = 指令 { $order }:{ $held }
lab-held-staged = 待機中(未発動)
lab-held-active = { $since } から発動中
lab-held-broken = 規則の一部が欠落
lab-users = 利用者:問い合わせ { $asked } 件、応答なし { $failed } 件
lab-bots = ボット:{ $hear }、{ $suspected }
lab-bots-none = 未感染、または応答を受けたことがない
lab-bots-hear = 指令サーバーの応答を受信中
lab-bots-silent = { $seconds } 秒間、応答なし
lab-suspected = 容疑回線 { $n }
lab-next = 次の一手:`issei lab attack { $place }`、`issei lab story { $place }`、`issei lab down { $place }`
lab-hijacked = { $n } 台の機器を乗っ取りました。走査を行い、{ $command } の指令を待ちます
lab-link-down = { $link } を切断しました。`issei lab mend { $link }` で復旧します
lab-link-up = { $link } は接続中です
lab-down = { $processes }を終了し、{ $namespaces }を削除しました。何も残っていません
lab-down-processes = プロセス { $n } 個
lab-down-namespaces = 名前空間 { $n } 個
lab-by-stop = { $member }(`issei stop`)
lab-by-enforcer-stop = { $member }(執行者のプロセス停止中に `issei enforcer stop`)

## stop
stop-enforcer-trouble = 執行者に異常があります:{ $why }。`issei enforcer stop { $place }` を実行してください
stop-enforcer-silent = { $why }。`issei enforcer stop { $place }` を実行して装置の規則を解除してください
stop-enforcer-unknown = 執行者がある場合、装置は遮断を続けている可能性があります。執行者のフォルダを指定して `issei enforcer stop` を実行してください
stop-not-all = すべてを停止できていません

## what was lost on the way in, and by whose fault
problem-unknown-protocol = NetFlow v5・v9、IPFIX、sFlow v5 のいずれでもないデータグラム
problem-truncated = 予告された構造の途中でデータが終了
problem-bad-length = 長さの値が前後のデータと矛盾
problem-bad-count = 件数の値が実際と不一致
problem-bad-template = 項目がない、予約済みの ID、またはレコードがデータグラムより長いテンプレート
problem-data-before-template = テンプレート未着のデータセット(一時保管)
problem-template-never-came = テンプレートが届かず、保管したデータセットを破棄
problem-waiting-room-full = テンプレート待ちの保管場所が満杯のためデータセットを破棄
problem-too-many-templates = 一つのエクスポーターのテンプレート数が上限に到達
problem-too-many-exporters = エクスポーターと観測ドメインの数が上限に到達
problem-sequence-gap = 連番から、到着前にレコードまたはデータグラムが失われたと判明
problem-sequence-back = データグラムの遅延、重複または順序の逆転
problem-no-addresses = アドレスのないレコード(判定の対象なし)
problem-bad-time = データグラムの許す範囲を外れた時刻(エクスポート時刻で代用)
problem-bad-sampling = 0 または異常なサンプリングレートの申告(不採用)
problem-unknown-withdrawal = 申告のないテンプレートの取り消し
problem-unsupported = 復号対象外のサンプルまたはレコード(長さの分を読み飛ばし)
problem-useless-options = 必要な項目を欠くオプションレコード
problem-unknown-link-type = 復号対象外のリンク種別のパケット
problem-not-ip = IP 以外のパケット(ARP、スパニングツリーなど)
problem-bad-packet = ヘッダーが途切れた、または矛盾するパケット
problem-short-snap = 取得長が短く、ヘッダーを確認できないパケット
problem-flow-table-full = フロー表が満杯のため、フローを早期に終了
problem-damaged-entry = 破損したブロックまたは行(読み飛ばし)
problem-bad-line = 列の欠落、または読み取れない列のある行
problem-socket-drop = ソケットのバッファーが満杯のため、カーネルがデータグラムを破棄
problem-oversize = 受信の上限より長いデータグラム
problem-queue-full = 判定が追いつかず、一括分を破棄
problem-line-table-full = 回線の表が満杯のため、レコードの回線を監視できず
problem-endpoint-table-full = 外部エンドポイントの表が満杯のため、接触を記憶できず
problem-dossier-table-full = 調書の表が満杯のため、容疑回線の詳細を保持できず
problem-victim-table-full = 監視対象の被害者の表が満杯のため、攻撃の検知が遅れる可能性
problem-stray-time = ストリームから大きく外れた時刻のレコード(件数のみ使用)
problem-delivery-failed = 検知結果を受け手に引き渡せず
problem-of-sender = 送信元に起因
problem-of-path = 経路に起因
problem-of-ours = 自システムの上限に起因

## whose side is ours, and what a file holds
ours-named = 指定による
ours-private-send = 送信しているプライベートアドレス
ours-private-receive = 受信しているプライベートアドレス(送信しているものはなし)
ours-most-partners = 通信相手が最も多いアドレス
ours-answered-unasked = 要求していない応答を受けているアドレス
ours-untold = 通信から自網を判断できません。--ours で指定してください
content-packets = パケット
content-exports = フローレコードを運ぶパケット
content-datagrams = フローのデータグラム
content-connections = Zeek の接続記録
analyze-reading = 読み取り中 { $bar } { $percent } %  { $read } / { $all }、{ $pace }、残り { $left }

## verify
verify-whole = { $path }:{ $records }、欠落・改変なし
verify-hash = 最後のハッシュ { $last }
verify-keep = 別の場所に保管してください。末尾が切り取られていないことは、これとの照合でのみ確認できます
verify-unreadable = 読み取れません:{ $cause }
verify-no-record = { $line } 行目は検知結果の記録ではありません。異常終了で途切れた最終行であれば、切り取って構いません
verify-changed = { $line } 行目は書き込み後に変更されています
verify-unchained = { $line } 行目より前で、行の削除・挿入・移動が行われています

## simulate and scenario
simulate-is = { $place }:{ $name }、{ $lines }、{ $minutes }、シード { $seed }
simulate-seen = 観測 { $packets }、{ $records }
simulate-seen-in = 観測 { $packets }、{ $records }({ $datagrams })
simulate-made-up = 感染 { $bots }、{ $servers }、{ $floods }
simulate-servers = 指令サーバー { $n } 台
simulate-floods = 攻撃 { $n } 件
simulate-truth = 正解データ:{ $path }
simulate-next = 次の一手:`issei analyze { $place } { $ours }`
simulate-sending = { $address } へ { $minutes }間送信します
count-minutes = { $n } 分
count-datagrams = { $n } データグラム
scenario-hold = 物語 { $all } 件中 { $held } 件が成立しました

## keys
keys-passphrase = { $path } のパスフレーズ

## ledger
ledger-files-in = 台帳のファイルを { $place } に書き出しました
ledger-verify-with = どこででも検証できます。鍵は各参加事業者から直接入手してください。この憲章にある鍵は次のとおりです
ledger-made-up = 架空の記録 { $n } 件
ledger-fault-unpublished = `checkpoint` がありません。これを含むフォルダを指定してください
ledger-fault-refused = `{ $path }`:{ $refusal }
ledger-fault-stranger = `{ $path }` に、鍵の指定がない `{ $name }` の署名行があります。鍵を指定するか、署名者を確認してください
ledger-fault-root = `{ $path }` はこれらのファイルの台帳のものではありません。双方を保管し、台帳の管理者に確認してください
ledger-fault-missing = `{ $path }` がありません。再度取得してください
ledger-fault-altered = `{ $path }` は改変されています。再度取得してください
ledger-fault-entry = 記録 { $index } は改変されています(`{ $path }`)。再度取得してください
ledger-fault-body = 記録 { $index } の本体は改変されています(`{ $path }`)。再度取得してください
ledger-fault-unknown = `{ $path }` はどの台帳のものでもありません。置かれた経緯を確認し、取り除いてください
