"use strict";
// The state of the till, said in plain words. Reads /till/v1/status; shows no name.

const EVERY = 3000;
const PRINTS = ["ready", "paper_low", "busy", "unknown"];
const $ = (id) => document.getElementById(id);

function euros(cents) {
    return (cents / 100).toLocaleString("fr-FR", { style: "currency", currency: "EUR" });
}

function ago(seconds) {
    if (seconds === null || seconds === undefined) {
        return "jamais";
    }
    if (seconds < 90) {
        return `il y a ${seconds} s`;
    }
    const minutes = Math.round(seconds / 60);
    if (minutes < 90) {
        return `il y a ${minutes} min`;
    }
    const hours = Math.round(minutes / 60);
    return hours < 48 ? `il y a ${hours} h` : `il y a ${Math.round(hours / 24)} jours`;
}

function day(iso) {
    const options = { weekday: "long", day: "numeric", month: "long" };
    return new Date(`${iso}T12:00:00`).toLocaleDateString("fr-FR", options);
}

function plural(number, word) {
    return `${number} ${word}${number > 1 ? "s" : ""}`;
}

function since(status, instant) {
    return instant ? Math.max(0, (Date.parse(status.program.now) - Date.parse(instant)) / 1000) : null;
}

function server(status) {
    const { online, last_contact, error } = status.server;
    const heard = ago(last_contact === null ? null : Math.round(since(status, last_contact)));
    return {
        title: "Serveur",
        level: online ? "ok" : "waiting",
        value: online ? "Joint" : "Injoignable",
        detail: online ? `Dernier échange ${heard}` : error || `Dernier échange ${heard}`,
    };
}

function queue(status) {
    const { pending, rejected } = status.queue;
    if (rejected.length) {
        return {
            title: "Envoi", level: "danger", value: plural(rejected.length, "écriture refusée"),
            detail: "Gardées sur la caisse. Prévenez le responsable de la gestion.",
        };
    }
    return {
        title: "Envoi",
        level: pending ? "waiting" : "ok",
        value: pending ? plural(pending, "écriture") + " à envoyer" : "Tout est envoyé",
        detail: pending ? "Elles partiront d'elles-mêmes ; on peut continuer à vendre." : "",
    };
}

function printer(status) {
    const { configured, state, message, waiting } = status.printer;
    const well = PRINTS.includes(state);
    return {
        title: "Imprimante",
        level: well ? "ok" : configured ? "danger" : "waiting",
        value: well ? "Prête" : configured ? "À vérifier" : "Aucune",
        detail: message + (waiting ? ` ${plural(waiting, "impression")} en attente.` : ""),
    };
}

function data(status) {
    const { ready, age, error } = status.snapshot;
    return {
        title: "Articles, prix et foyers",
        level: !ready || error ? "waiting" : "ok",
        value: ready ? "À jour" : "Pas encore reçus",
        detail: error || (ready ? `Vérifiés ${ago(age)}` : "La caisse les demande au serveur."),
    };
}

function business(status) {
    const { business_day, tickets, total, closed } = status.day;
    return {
        title: "Journée",
        level: "ok",
        value: euros(total),
        detail: business_day
            ? `${day(business_day)} · ${plural(tickets, "ticket")}${closed ? " · clôturée" : ""}`
            : "Pas encore de vente.",
    };
}

function clock(status) {
    const { behind, error } = status.clock;
    return {
        title: "Horloge",
        level: behind || error ? "danger" : "ok",
        value: new Date(status.program.now).toLocaleTimeString("fr-FR", { timeStyle: "short" }),
        detail: error || (behind ? "L'horloge de l'ordinateur a reculé : remettez-la à l'heure." : ""),
    };
}

function cards(status) {
    const all = [server, queue, printer, data, business, clock];
    return status.enrolled ? all.map((make) => make(status)) : [];
}

function sentence(status, shown) {
    if (!status.enrolled) {
        return {
            level: "danger",
            text:
                "Cette caisse n'est pas encore associée à la gestion. Demandez un code d'association " +
                "(Gestion, Caisses, Associer), puis lancez sur cet ordinateur : escarcelle-till enroll CODE",
        };
    }
    if (!status.snapshot.ready) {
        return { level: "waiting", text: "La caisse reçoit ses données : encore une minute." };
    }
    if (shown.some((card) => card.level === "danger")) {
        return { level: "danger", text: "La caisse vend, mais quelque chose demande votre attention." };
    }
    if (!status.server.online) {
        return { level: "waiting", text: "Pas de réseau : la caisse vend normalement et enverra plus tard." };
    }
    return { level: "ok", text: "Tout va bien." };
}

function draw(status) {
    const shown = cards(status);
    const said = sentence(status, shown);
    $("sentence").className = `sentence ${said.level}`;
    $("sentence").textContent = said.text;
    $("title").textContent = status.till ? `Caisse ${status.till.number}` : "Caisse";
    $("open").hidden = !status.enrolled || !status.snapshot.ready;
    $("cards").replaceChildren(
        ...shown.map((card) => {
            const node = $("card").content.firstElementChild.cloneNode(true);
            node.className = card.level;
            node.querySelector("h2").textContent = card.title;
            node.querySelector(".value").textContent = card.value;
            node.querySelector(".detail").textContent = card.detail;
            return node;
        })
    );
    const notes = [
        ...(status.defects || []),
        ...(status.notes || []),
        ...(status.server.ahead.length
            ? [`Le serveur connaît des tickets que cette caisse a perdus : ${status.server.ahead.join(", ")}. ` +
               "Prévenez le responsable : l'ordinateur a été restauré d'une ancienne sauvegarde."]
            : []),
        ...status.printer.uncertain.map((job) => `${job.label} : ${job.message}`),
    ];
    $("messages").hidden = !notes.length;
    $("notes").replaceChildren(
        ...notes.map((text) => Object.assign(document.createElement("li"), { textContent: text }))
    );
    const free = status.disk.free_mib;
    $("footer").textContent =
        `Programme ${status.program.version}` +
        (status.till ? ` · appareil ${status.till.uid}` : "") +
        ` · ${free > 2048 ? `${Math.round(free / 1024)} Go` : `${free} Mo`} libres sur le disque`;
}

async function refresh() {
    try {
        const response = await fetch("/till/v1/status", { cache: "no-store" });
        draw(await response.json());
    } catch {
        $("sentence").className = "sentence danger";
        $("sentence").textContent =
            "Le programme de caisse ne répond pas. Redémarrez-le ; rien de ce qui est vendu n'est perdu.";
    }
    setTimeout(refresh, EVERY);
}

refresh();
