/**
 * An order in progress as the till keeps it: `{"format": 1, "content": "<JSON>"}`, opaque to it.
 */
const FORMAT = 1;
const CHILDREN = {
    "pos.order.line": "lines",
    "pos.payment": "payment_ids",
};

export function packDraft(order) {
    const data = { "pos.order": [order.serializeForIndexedDB()] };
    for (const [model, field] of Object.entries(CHILDREN)) {
        data[model] = order[field].map((record) => record.serializeForIndexedDB());
    }
    return { format: FORMAT, content: JSON.stringify(data, (_key, value) => plain(value)) };
}

/**
 * `[{uuid, draft}]` of the till to core's `{model: [values]}`; lines of goods that are no longer sold
 * are left out, and so is a draft of another format.
 */
export function unpackDrafts(drafts, models) {
    const data = { "pos.order": [], "pos.order.line": [], "pos.payment": [] };
    const contents = [];
    for (const { uuid, draft } of drafts || []) {
        if (draft?.format !== FORMAT) {
            continue;
        }
        const read = JSON.parse(draft.content);
        const lines = read["pos.order.line"].filter((line) =>
            models["product.product"].get(line.product_id)
        );
        const kept = new Set(lines.map((line) => line.id));
        for (const order of read["pos.order"]) {
            order.lines = (order.lines || []).filter((id) => kept.has(id));
            data["pos.order"].push(order);
        }
        data["pos.order.line"].push(...lines);
        data["pos.payment"].push(...read["pos.payment"]);
        contents.push([uuid, draft.content]);
    }
    return { data, contents };
}

function plain(value) {
    return value instanceof Set ? [...value] : value;
}
