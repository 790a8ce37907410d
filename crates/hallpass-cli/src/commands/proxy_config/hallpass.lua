-- Asks Hallpass about a request before HAProxy passes it on. Printed by `hallpass proxy-config haproxy-lua`; the
-- configuration that calls it is printed by `hallpass proxy-config haproxy`.

-- What the application is told, in place of whatever the client says.
local identity = {
    "remote-user", "remote-email", "remote-name", "remote-groups", "x-hallpass-user-id", "x-hallpass-auth",
}

-- What the client is told of a refusal.
local passed_on = {
    "www-authenticate", "location", "content-type", "cache-control", "vary", "retry-after", "x-hallpass-reason",
    "hallpass-diagnostic",
}

-- What belongs to the client's connection and body, not to the question.
local left_out = {
    ["connection"] = true, ["content-length"] = true, ["expect"] = true, ["host"] = true, ["keep-alive"] = true,
    ["te"] = true, ["trailer"] = true, ["transfer-encoding"] = true, ["upgrade"] = true,
}

-- Milliseconds; a full queue of password checks is done in less.
local patience = 30000

-- The values of one header in their order; HAProxy counts from 0.
local function values(list)
    local found = {}
    local position = 0
    while list and list[position] do
        found[#found + 1] = list[position]
        position = position + 1
    end
    return found
end

local function question(txn)
    local received = txn.http:req_get_headers()
    local headers = {}
    for name, list in pairs(received) do
        if not left_out[name] then
            headers[name] = values(list)
        end
    end
    -- A header that came twice is sent twice, and refused there.
    headers["x-forwarded-host"] = values(received["host"])
    headers["x-forwarded-method"] = { txn.f:method() }
    headers["x-forwarded-uri"] = { txn.f:pathq() }
    headers["x-original-upgrade"] = values(received["upgrade"])
    return headers
end

local function unavailable(txn)
    local reply = txn:reply()
    reply:set_status(503)
    reply:add_header("content-type", "application/json")
    reply:add_header("cache-control", "no-store")
    reply:add_header("retry-after", "1")
    reply:set_body('{"detail":"Service temporarily unavailable."}')
    txn:done(reply)
end

local function refuse(txn, answer)
    local reply = txn:reply()
    reply:set_status(answer.status)
    for _, name in ipairs(passed_on) do
        for _, value in ipairs(values(answer.headers[name])) do
            reply:add_header(name, value)
        end
    end
    reply:set_body(answer.body or "")
    txn:done(reply)
end

local function ask(txn, url)
    local answer = core.httpclient():get{ url = url, headers = question(txn), timeout = patience }
    local status = answer and answer.status or 0
    if status >= 300 and status <= 599 then
        return refuse(txn, answer)
    end
    if status ~= 200 then
        return unavailable(txn)
    end
    for _, name in ipairs(identity) do
        local found = values(answer.headers[name])
        if #found ~= 1 then
            return unavailable(txn)
        end
        txn.http:req_set_header(name, found[1])
    end
    txn:set_var("txn.hallpass", "allowed")
end

core.register_action("hallpass", { "http-req" }, ask, 1)
